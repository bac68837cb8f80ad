"""Equations with links: each symbol of the formula is tied to the thing in the figure it names.

MathML, which browsers set without a library; a symbol carries `data-link`, and whatever carries
the same name in the picture or a table is marked with it.
"""


def symbol(sign, link=None, sub=None):
    """Return a symbol, with an index if there is one, that links to what it names."""
    indices = "".join(f"<mi>{index}</mi>" for index in sub or "")
    base = f"<msub><mi>{sign}</mi><mrow>{indices}</mrow></msub>" if sub else f"<mi>{sign}</mi>"
    return f'<mrow data-link="{link}">{base}</mrow>' if link else base


def sign(text):
    """Return an operator."""
    return f"<mo>{text}</mo>"


def fraction(above, below):
    """Return a fraction."""
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def total(index, term):
    """Return a sum over an index."""
    return f"<munder><mo>∑</mo><mi>{index}</mi></munder>{term}"


def equation(*parts):
    """Return the equation as HTML."""
    return f'<div class="em-equation"><math display="block">{"".join(parts)}</math></div>'


def covariance(index):
    """Return Sigma_index."""
    return symbol("Σ", "covariance", index)


def variance(index):
    """Return sigma_index squared, for one feature."""
    squared = f"<msubsup><mi>σ</mi><mi>{index}</mi><mn>2</mn></msubsup>"
    return f'<mrow data-link="covariance">{squared}</mrow>'


def normal(index, spread=covariance):
    """Return N(x_i | mu_index, and its spread: Sigma_index, or sigma_index squared)."""
    given = symbol("μ", "mean", index) + sign(",") + spread(index)
    return f"<mi>𝒩</mi>{sign('(')}{symbol('x', 'observation', 'i')}{sign('|')}{given}{sign(')')}"


def posterior():
    """Return r_ik = p(z_i = k | x_i, pi, mu, Sigma), every symbol linked."""
    given = [
        symbol("x", "observation", "i"),
        symbol("π", "weight"),
        symbol("μ", "mean"),
        symbol("Σ", "covariance"),
    ]
    return equation(
        symbol("r", "responsibility", "ik"),
        sign("="),
        "<mi>p</mi>",
        sign("("),
        symbol("z", "label", "i"),
        sign("="),
        "<mi>k</mi>",
        sign("|"),
        sign(",").join(given),
        sign(")"),
    )


def bayes(spread=covariance):
    """Return the responsibility as prior times likelihood over the mixture density."""
    above = symbol("π", "weight", "k") + normal("k", spread)
    below = total("j", symbol("π", "weight", "j") + normal("j", spread))
    ratio = f'<mrow data-link="product">{above}</mrow>'
    whole = f'<mrow data-link="mixture">{below}</mrow>'
    return equation(symbol("r", "responsibility", "ik"), sign("="), fraction(ratio, whole))
