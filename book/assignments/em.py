# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The loop, with rows that count more than once
#
# **Two unknowns, each easy once the other is known.** In the chapter *The loop* you alternated between them. Here you write the loop for two things that the chapter left out. The rows have *weights*: a row of weight 3 stands for three equal observations, as in a table that says how often each value came up. And the clusters share *one* shape: a single covariance for all.
#
# Both change the M-step, and one of them changes the E-step. Before you start, guess which one, and where.
#
# How to work:
#
# - Run the first two cells. Then fill in each function where it says `YOUR CODE`, and run the check below it as often as you like. It tells you in words what it sees.
# - You may use NumPy and SciPy, write helper functions, add cells, print and plot. Keep the names and the arguments of the functions.
# - Hand in this one file. Your code is graded on other numbers than these, so an answer that only fits these numbers earns nothing.
# - There each statement and each call of a function may compute for 10 seconds, unless you are told otherwise. What takes longer is stopped and left out, so keep long experiments out of what you hand in.
# - A mistake in an early function does not cost you the later ones: there the grader puts a right one in its place.

# %% carries="faithful"
# In the editions that students get, this cell carries the checks and the data.
import emlib
from emlib.check import student_rng

data = {"faithful": emlib.load_faithful().X}


def check(name):
    """Stand for the checks, which need a built edition."""
    print(f"{name}: build an edition to have this checked")


# %%
import matplotlib.pyplot as plt
import numpy as np

STUDENT_ID = "your id"

# %% [markdown]
# ## 1. The E-step
#
# With parameters held fixed, compute the responsibilities and the log-likelihood of all observations. If row $i$ stands for $w_i$ observations, the log-likelihood is
#
# $$\mathcal L = \sum_i w_i \log \sum_k \pi_k\, \mathcal N(x_i \mid \mu_k, \Sigma).$$
#
# Stay in log space: some observations lie far out. *(5 marks)*


# %% question="e_step"
def e_step(X, row_weights, weights, means, covariance):
    """Responsibilities and log-likelihood.

    X: (n, d). row_weights: (n,), positive. weights: (K,), adding up to 1.
    means: (K, d). covariance: (d, d), the same for all clusters.
    Returns resp, shape (n, K), each row adding up to 1, and the log-likelihood, a number.
    """
    ### BEGIN SOLUTION
    differences = X[:, None, :] - means
    precision = np.linalg.inv(covariance)
    distances = np.einsum("nki,ij,nkj->nk", differences, precision, differences)
    log_det = np.linalg.slogdet(covariance)[1]
    log_density = -0.5 * (X.shape[1] * np.log(2 * np.pi) + log_det + distances)
    log_products = np.log(weights) + log_density
    log_sums = np.logaddexp.reduce(log_products, axis=1)
    return np.exp(log_products - log_sums[:, None]), row_weights @ log_sums
    ### END SOLUTION


# %% check="e_step"
check("e_step")

# %% [markdown]
# ## 2. The M-step
#
# Hold the responsibilities fixed and find the parameters that fit best. You can find every formula without new calculus: write each row $w_i$ times, use the formulas that you know, and see what the sums become. For the one covariance, ask what the scatters of the clusters must be divided by when they are put together. (Part 7 asks you to derive it.) *(5 marks)*


# %% question="m_step"
def m_step(X, row_weights, resp):
    """Parameters from responsibilities.

    X: (n, d). row_weights: (n,). resp: (n, K).
    Returns weights (K,), means (K, d), and one covariance (d, d).
    """
    ### BEGIN SOLUTION
    shares = row_weights[:, None] * resp
    counts = shares.sum(axis=0)
    means = shares.T @ X / counts[:, None]
    covariance = np.zeros((X.shape[1], X.shape[1]))
    for k in range(len(counts)):
        differences = X - means[k]
        covariance += (shares[:, k, None] * differences).T @ differences
    return counts / row_weights.sum(), means, covariance / row_weights.sum()
    ### END SOLUTION


# %% check="m_step"
check("m_step")

# %% [markdown]
# ## 3. The loop
#
# Alternate for a fixed number of rounds, one E-step and one M-step each, and keep the log-likelihoods: the first belongs to the start, the last to what you return, so there is one more than there are rounds. It never goes down. If yours does, you have found a mistake without any check. *(4 marks)*


# %% question="fit"
def fit(X, row_weights, weights, means, covariance, n_rounds):
    """EM for a fixed number of rounds.

    Returns weights, means, covariance after the last round, and the trace, shape (n_rounds + 1,).
    """
    ### BEGIN SOLUTION
    trace = []
    for _ in range(n_rounds):
        resp, log_likelihood = e_step(
            X, row_weights, weights, means, covariance
        )
        trace.append(log_likelihood)
        weights, means, covariance = m_step(X, row_weights, resp)
    trace.append(e_step(X, row_weights, weights, means, covariance)[1])
    return weights, means, covariance, np.array(trace)
    ### END SOLUTION


# %% check="fit"
check("fit")

# %% [markdown]
# ## 4. When to stop
#
# Given a trace, which entry is the first that rises by less than `tol` above the entry before it? Entries are counted from 0, so the answer is at least 1. If there is none, answer $-1$: a loop that ran out of rounds has not converged. *(3 marks)*


# %% question="rounds_needed"
def rounds_needed(trace, tol):
    """Number of the first entry of a trace that rises by less than tol, or -1.

    trace: (n_rounds + 1,). tol: a positive number.
    """
    ### BEGIN SOLUTION
    for t in range(1, len(trace)):
        if trace[t] - trace[t - 1] < tol:
            return t
    return -1
    ### END SOLUTION


# %% check="rounds_needed"
check("rounds_needed")

# %% [markdown]
# ## 5. A geyser of your own
#
# The next cell draws 150 eruptions of Old Faithful for you, rounded to half minutes and to whole ten minutes, and counts how often each pair came up: many fewer rows, each with a weight. Run your loop on them for 400 rounds from the start that is given, and leave the last log-likelihood and the two means in the variables. *(3 marks)*

# %%
my_rng = student_rng(STUDENT_ID)
my_eruptions = data["faithful"][my_rng.permutation(272)[:150]]
my_rounded = np.round(my_eruptions / [0.5, 10]) * [0.5, 10]
my_rows, my_counts = np.unique(my_rounded, axis=0, return_counts=True)
my_row_weights = my_counts.astype(float)

first_weights = np.array([0.5, 0.5])
first_means = np.array([[2.0, 50.0], [4.5, 80.0]])
first_covariance = np.array([[0.5, 0.0], [0.0, 60.0]])

# %% question="my_log_likelihood"
my_log_likelihood = None
### BEGIN SOLUTION
my_fit = fit(
    my_rows, my_row_weights, first_weights, first_means, first_covariance, 400
)
my_log_likelihood = my_fit[3][-1]
### END SOLUTION

# %% check="my_log_likelihood"
check("my_log_likelihood")

# %% question="my_means"
my_means = None
### BEGIN SOLUTION
my_means = my_fit[1]
### END SOLUTION

# %% check="my_means"
check("my_means")

# %% [markdown]
# ## 6. A picture
#
# Draw your rows as marks whose *area* grows with the weight of the row and whose colour shows the responsibility of the second cluster, the two means, and for each cluster an ellipse of the fitted covariance. Label the axes with their units. Somebody who has read this far and has not seen your code should understand it without asking. *(3 marks)*

# %% question="my_picture"
### BEGIN SOLUTION
resp = e_step(my_rows, my_row_weights, *my_fit[:3])[0]
fig, ax = plt.subplots()
marks = ax.scatter(
    *my_rows.T,
    s=12 * my_row_weights,
    c=resp[:, 1],
    cmap="cividis",
    vmin=0,
    vmax=1,
)
angles = np.linspace(0, 2 * np.pi, 100)
circle = np.stack([np.cos(angles), np.sin(angles)])
for mean in my_fit[1]:
    outline = mean[:, None] + 2 * np.linalg.cholesky(my_fit[2]) @ circle
    ax.plot(*outline, color="black")
    ax.plot(*mean, "k+", markersize=12)
fig.colorbar(marks, label="responsibility of the second cluster")
ax.set(xlabel="duration (min)", ylabel="waiting time (min)")
plt.show()
### END SOLUTION

# %% [markdown]
# ## 7. Where the covariance comes from
#
# Derive the update of the one covariance. Start from the bound that the M-step maximises, keep only the terms in which $\Sigma$ stands, write them with the precision $\Lambda = \Sigma^{-1}$, set the derivative to zero, and say why what you found is a maximum. Where do the weights of the rows go? *(4 marks)*

# %% [markdown] text="derivation"
# <!-- BEGIN SOLUTION -->
# With responsibilities $r_{ik}$ held fixed the bound is $\sum_i w_i \sum_k r_{ik} \log\big(\pi_k \mathcal N(x_i \mid \mu_k, \Sigma)\big)$ plus an entropy in which no parameter stands. The terms with $\Sigma$ are
#
# $$\tfrac12 \sum_{ik} w_i r_{ik} \left(\log\det\Lambda - (x_i-\mu_k)^\top\Lambda(x_i-\mu_k)\right) = \tfrac12\left(W\log\det\Lambda - \operatorname{tr}(\Lambda S)\right),$$
#
# with $W = \sum_i w_i$, since the responsibilities of a row add up to one, and $S = \sum_{ik} w_i r_{ik}(x_i-\mu_k)(x_i-\mu_k)^\top$. The derivative by $\Lambda$ is $\tfrac12(W\Lambda^{-1} - S)$, and it is zero for $\Sigma = S/W$. Since $\log\det$ is strictly concave and the trace linear, this is the only maximum. The best means do not depend on $\Sigma$, so the new means stand in $S$. The row weights stand in front of every sum over rows, as if each row were there $w_i$ times, and $W$ takes the place of $n$.
# <!-- END SOLUTION -->

# %% teacher=true
from course.author import FreeText, Numbers, Part, Picture, Question
from course import inputs
from course.known_wrong import stopping
from course.known_wrong.weighted import expectation, loop, maximization
from course.known_wrong.weighted import inputs as weighted_inputs

NEAR, FAR = (
    "observations near the clusters",
    "observations far from all clusters",
)
WEIGHTED, EQUAL = "rows of different weights", "rows that all count once"

E_STEP = Question(
    "e_step",
    title="The E-step",
    outputs=("resp", "log_likelihood"),
    inputs={
        NEAR: weighted_inputs.mixture(inputs.mixture),
        FAR: weighted_inputs.mixture(inputs.far),
    },
    parts=(
        Part(
            "responsibilities",
            2,
            NEAR,
            ("resp",),
            "Work one observation and two clusters out on paper: two products, their sum, two "
            "shares. The row's weight plays no part in it.",
        ),
        Part(
            "log-likelihood",
            2,
            NEAR,
            ("log_likelihood",),
            "Take one row of weight 2, then the same row twice with weight 1: both must give the "
            "same log-likelihood.",
        ),
        Part(
            "far out",
            1,
            FAR,
            ("resp", "log_likelihood"),
            "Far from all clusters the shares still add up to one and the log-likelihood is large, "
            "negative and finite: exponentiate only differences from the row's log-sum.",
        ),
    ),
    variants=expectation.E_STEP,
)

M_STEP = Question(
    "m_step",
    title="The M-step",
    outputs=("weights", "means", "covariance"),
    inputs={WEIGHTED: weighted_inputs.rows, EQUAL: weighted_inputs.equal_rows},
    parts=(
        Part(
            "weights",
            1,
            WEIGHTED,
            ("weights",),
            "The weights add up to one. Try rows of equal responsibility: each cluster then gets "
            "1/K, whatever the rows weigh.",
        ),
        Part(
            "means",
            1,
            WEIGHTED,
            ("means",),
            "Try a single cluster that is responsible for everything: its mean must be "
            "`np.average(X, axis=0, weights=row_weights)`.",
        ),
        Part(
            "covariance",
            2,
            WEIGHTED,
            ("covariance",),
            "Try a single cluster that is responsible for everything: its covariance must be "
            "`np.cov(X.T, fweights=…, ddof=0)`.",
        ),
        Part(
            "equal rows",
            1,
            EQUAL,
            ("weights", "means", "covariance"),
            "If every row counts once, the weights and means are those of the chapter, and the "
            "covariance is the average of the clusters' covariances, weighted by the weights.",
        ),
    ),
    variants=maximization.M_STEP,
)

FIT = Question(
    "fit",
    title="The loop",
    outputs=("weights", "means", "covariance", "trace"),
    inputs={"six rounds": weighted_inputs.start},
    parts=(
        Part(
            "parameters",
            2,
            "six rounds",
            ("weights", "means", "covariance"),
            "Do two rounds by hand with your own e_step and m_step and compare with "
            "`fit(..., n_rounds=2)`.",
        ),
        Part(
            "trace",
            2,
            "six rounds",
            ("trace",),
            "With no rounds at all the trace has one entry, the log-likelihood of the start; each "
            "round adds one.",
        ),
    ),
    needs=("e_step", "m_step"),
    variants=loop.FIT,
)

ROUNDS_NEEDED = Question(
    "rounds_needed",
    title="When to stop",
    outputs=("rounds",),
    inputs={
        "a trace that rises ever more slowly": stopping.rising_trace,
        "a trace with a plateau": stopping.plateau_trace,
        "a trace that ends too early": stopping.unfinished_trace,
    },
    parts=(
        Part(
            "found",
            1,
            "a trace that rises ever more slowly",
            ("rounds",),
            "For the trace (0, 5, 6, 6.1) and tol = 0.5 the answer is 3.",
        ),
        Part(
            "plateau",
            1,
            "a trace with a plateau",
            ("rounds",),
            "A trace may lie flat for a while and rise steeply later. Your rule stops at the first "
            "flat place, as this rule does; that is what the answer should say.",
        ),
        Part(
            "not reached",
            1,
            "a trace that ends too early",
            ("rounds",),
            "For the trace (0, 5, 6) and tol = 0.5 the answer is -1.",
        ),
    ),
    variants=stopping.ROUNDS_NEEDED,
)


def right_fit(student_id):
    """Fit the eruptions of a student."""
    mine = data["faithful"][student_rng(student_id).permutation(272)[:150]]
    rows, counts = np.unique(
        np.round(mine / [0.5, 10]) * [0.5, 10], axis=0, return_counts=True
    )
    start = first_weights, first_means, first_covariance
    return fit(rows, counts.astype(float), *start, 400)


MY_LOG_LIKELIHOOD = Numbers(
    "my_log_likelihood",
    title="The log-likelihood of your geyser",
    points=2,
    needs=("e_step", "m_step", "fit"),
    expected=lambda student_id: right_fit(student_id)[3][-1],
    if_wrong="This is the last entry of the trace after 400 rounds on your own rows with their "
    "weights. Does your id stand in the second cell, and were the weights handed on?",
)

MY_MEANS = Numbers(
    "my_means",
    title="The means of your geyser",
    points=1,
    needs=("e_step", "m_step", "fit"),
    expected=lambda student_id: right_fit(student_id)[1],
    shape=(2, 2),
    if_wrong="These are the means after 400 rounds, one row for each cluster in the order of the "
    "start: short eruptions first.",
)

MY_PICTURE = Picture(
    "my_picture",
    title="A picture",
    rubric=(
        (
            1,
            "Areas follow the weights of the rows, colours the responsibilities, with a scale.",
        ),
        (
            1,
            "Means and ellipses are those of the fit; both ellipses have the same shape.",
        ),
        (
            1,
            "Axes have names and units; it can be understood without the code.",
        ),
    ),
)

DERIVATION = FreeText(
    "derivation",
    title="Where the covariance comes from",
    rubric=(
        (
            1,
            "The bound, with the responsibilities held fixed; only the terms with the covariance.",
        ),
        (
            1,
            "The derivative by the precision (or the covariance), set to zero.",
        ),
        (1, "Why it is a maximum."),
        (
            1,
            "The row weights stand in every sum, and their total in the place of n.",
        ),
    ),
)
