/* What a reader has done, kept on the reader's own device and nowhere else: guesses, answers,
 * states. Where storage is denied nothing is kept, and nothing breaks. */
(function (emlib) {
  "use strict";

  const MINE = "em:";
  const page = () =>
    location.pathname
      .split("/")
      .slice(-2)
      .join("/")
      .replace(/\.html$/, "");
  const keyOf = (name) => `${MINE}${page()}:${name}`;

  /* The device's storage may be denied, and then even looking at it raises. */
  function guarded(act, otherwise) {
    try {
      return act(globalThis.localStorage) ?? otherwise;
    } catch {
      return otherwise;
    }
  }
  const keys = (start) =>
    guarded((storage) => Object.keys(storage).filter((key) => key.startsWith(start)), []);

  emlib.memory = {
    read: (name) => guarded((storage) => JSON.parse(storage.getItem(keyOf(name))), {}),
    write(name, state) {
      guarded((storage) => {
        if (Object.keys(state).length) storage.setItem(keyOf(name), JSON.stringify(state));
        else storage.removeItem(keyOf(name));
      });
    },
    /* Whether this device keeps anything at all: a page may put a stand-in where it does not. */
    keeps: () =>
      guarded((storage) => {
        storage.setItem(MINE, "1");
        storage.removeItem(MINE);
        return storage instanceof Storage;
      }, false),
    forget: (everywhere) =>
      guarded((storage) =>
        keys(everywhere ? MINE : keyOf("")).forEach((key) => storage.removeItem(key)),
      ),
    /* Everything that is kept, by page and name. */
    all: () =>
      Object.fromEntries(
        keys(MINE).map((key) => [
          key.slice(MINE.length),
          guarded((storage) => JSON.parse(storage.getItem(key)), {}),
        ]),
      ),
  };
})(globalThis.emlib);
