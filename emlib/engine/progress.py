"""A bar that counts iterations while a fit runs; tqdm draws it, and is loaded only when asked."""

from contextlib import contextmanager


@contextmanager
def progress_bar(callback=None):
    """Yield a callback for `emlib.em` that moves a bar, and then calls the given one."""
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError(
            "progress=True draws with tqdm, which is not here: pip install 'emlib[progress]'."
        ) from error
    with tqdm(unit=" iterations") as bar:

        def move(n_iter, log_likelihood, parameters):
            bar.set_postfix_str(f"log-likelihood {log_likelihood:.6f}", refresh=False)
            bar.update(n_iter - bar.n)
            if callback is not None:
                callback(n_iter, log_likelihood, parameters)

        yield move
