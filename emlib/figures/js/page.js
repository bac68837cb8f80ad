/* In a page: once it is read, its figures come to life. */
document.addEventListener("DOMContentLoaded", () => globalThis.emlib.hydrateAll());
