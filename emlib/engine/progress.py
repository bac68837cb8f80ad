"""A bar that counts iterations while a fit runs; tqdm draws it, and is loaded only when asked."""

from contextlib import contextmanager

from ..extras import missing


@contextmanager
def progress_bar(callback=None):
    """Yield a callback for `emlib.em` that moves a bar, and then calls the given one."""
    try:
        from tqdm.auto import tqdm
    except ModuleNotFoundError as error:
        raise missing("progress=True", "tqdm", "progress") from error
    with tqdm(unit=" iterations") as bar:

        def move(n_iter, log_likelihood, parameters):
            bar.set_postfix_str(f"log-likelihood {log_likelihood:.6f}", refresh=False)
            bar.update(n_iter - bar.n)
            if callback is not None:
                callback(n_iter, log_likelihood, parameters)

        yield move
