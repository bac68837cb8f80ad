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
# # Test it, break it, use it
#
# **When the loop has stopped, why should anybody believe it?** In this assignment you do not write EM. You write what makes EM worth believing: tests that tell a right function from one that only looks right, a way to see that a cluster has collapsed, a way to choose among runs, the same loop for another kind of data, and a fit to data of your own that you would defend in front of somebody who doubts it.
#
# It stands by itself: nothing from the other assignments is needed.
#
# How to work:
#
# - Run the first two cells. Then fill in each function where it says `YOUR CODE`, and run the check below it as often as you like.
# - You may use NumPy and SciPy, write helper functions, add cells, print and plot. Keep the names and the arguments of the functions.
# - Hand in this one file. Your code is graded on other numbers than these, and your tests on functions that you have not seen.
# - There each statement, each call of a function and each run of a test may compute for 10 seconds, unless you are told otherwise. What takes longer is stopped and left out, so keep long experiments out of what you hand in.

# %% carries=""
# In the editions that students get, this cell carries the checks.
data = {}


def check(name):
    """Stand for the checks, which need a built edition."""
    print(f"{name}: build an edition to have this checked")


# %%
import matplotlib.pyplot as plt
import numpy as np

STUDENT_ID = "your id"

# %% [markdown]
# ## 1. Test it: the responsibilities
#
# Somebody hands you a function `responsibilities(X, weights, means, covariances)`: observations `(n, d)`, weights `(K,)`, means `(K, d)`, one covariance for each cluster `(K, d, d)`; it returns an array `(n, K)`. It may be right. It may be wrong in one of many ways.
#
# Write a test. It calls the function as often as it likes and raises an error, with `assert` for example, if something is wrong; if all is well it ends without a word. What could it use? Numbers worked out by hand. Laws that every right answer keeps: what must a row add up to, what happens if two clusters change places, what if an observation is very far away? A slow and careful computation of the same thing.
#
# Your test is run on right functions, written by several people, and on eight wrong ones. You get one mark for each wrong one that it finds, and none if it also accuses a right one: leave room for rounding. At most 50 000 numbers may be handed over in one call. *(8 marks)*
#
# Here is a wrong function to practise on. What does it forget?


# %%
def wrong_responsibilities(X, weights, means, covariances):
    """A function that looks right."""
    resp = np.empty((len(X), len(weights)))
    for k in range(len(weights)):
        z = X - means[k]
        resp[:, k] = weights[k] * np.exp(-0.5 * np.sum(z**2, axis=1))
    return resp / resp.sum(axis=1, keepdims=True)


# %% question="test_responsibilities"
def test_responsibilities(responsibilities):
    """Raise an error if the function is wrong."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(7)
    weights, means = np.array([0.2, 0.5, 0.3]), rng.normal(size=(3, 2))
    roots = rng.normal(size=(3, 2, 2)) + 1.5 * np.eye(2)
    covariances = roots @ roots.transpose(0, 2, 1)
    X = np.concatenate([rng.normal(size=(20, 2)), [[500.0, -300.0]]])
    resp = np.asarray(responsibilities(X, weights, means, covariances))
    assert resp.shape == (21, 3)
    assert np.allclose(resp.sum(axis=1), 1)
    for i in range(20):
        products = np.empty(3)
        for k in range(3):
            z = X[i] - means[k]
            distance = z @ np.linalg.solve(covariances[k], z)
            products[k] = (
                weights[k]
                * np.exp(-distance / 2)
                / np.sqrt(np.linalg.det(covariances[k]))
            )
        assert np.allclose(resp[i], products / products.sum())
    ### END SOLUTION


# %% check="test_responsibilities"
check("test_responsibilities")

# %%
# Does your test find it? The line below should end in an error that your test raised.
# test_responsibilities(wrong_responsibilities)

# %% [markdown]
# ## 2. Test it: the M-step
#
# The same for `m_step(X, resp)`: observations `(n, d)` and responsibilities `(n, K)`; it returns weights `(K,)`, means `(K, d)` and covariances `(K, d, d)`. Which numbers do you know for a single cluster that is responsible for everything? What do the weighted means add up to, whatever the responsibilities are? One of the eight wrong functions is wrong in the sixth digit. *(8 marks)*


# %%
def wrong_m_step(X, resp):
    """A function that looks right."""
    counts = resp.sum(axis=0)
    means = resp.T @ X / counts[:, None]
    covariances = np.array([np.cov(X.T) for _ in counts])
    return counts / len(X), means, covariances


# %% question="test_m_step"
def test_m_step(m_step):
    """Raise an error if the function is wrong."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(7)
    X = rng.normal(size=(30, 2)) @ [[2.0, 1.0], [0.0, 1.0]] + 3
    resp = rng.dirichlet([1.0, 2.0, 3.0], size=30)
    weights, means, covariances = m_step(X, resp)
    assert np.allclose(weights, resp.mean(axis=0), rtol=1e-10)
    for k in range(3):
        assert np.allclose(
            means[k], np.average(X, axis=0, weights=resp[:, k]), rtol=1e-10
        )
        expected = np.cov(X.T, aweights=resp[:, k], ddof=0)
        assert np.allclose(covariances[k], expected, rtol=1e-9, atol=1e-10)
    ### END SOLUTION


# %% check="test_m_step"
check("test_m_step")

# %% [markdown]
# ## 3. Break it: how thin is a cluster?
#
# A cluster that settles on one observation, or on a few that lie on a line, makes the likelihood grow without end. You see it in the covariance: in some direction there is almost no spread left. For each cluster compute the standard deviation in the direction in which it is thinnest. The direction need not be one of the features. *(2 marks)*


# %% question="smallest_spread"
def smallest_spread(covariances):
    """Standard deviation of each cluster where it is thinnest.

    covariances: (K, d, d). Returns an array of shape (K,).
    """
    ### BEGIN SOLUTION
    return np.sqrt(np.linalg.eigvalsh(covariances).min(axis=1))
    ### END SOLUTION


# %% check="smallest_spread"
check("smallest_spread")

# %% [markdown]
# ## 4. Break it: which run do you keep?
#
# You have started the loop several times. For each run you know the log-likelihood at its end and the smallest spread of its clusters. Keep the run with the highest log-likelihood among those whose smallest spread is at least `floor`, and give its number, counted from 0. If there is none, answer $-1$. *(3 marks)*


# %% question="choose"
def choose(ends, spreads, floor):
    """Number of the best run that has not collapsed, or -1.

    ends: (n_runs,), log-likelihoods. spreads: (n_runs,), smallest spreads. floor: a number.
    """
    ### BEGIN SOLUTION
    best = -1
    for run in range(len(ends)):
        if spreads[run] >= floor and (best < 0 or ends[run] > ends[best]):
            best = run
    return best
    ### END SOLUTION


# %% check="choose"
check("choose")

# %% [markdown]
# ## 5. Use it: answers of yes and no
#
# A questionnaire: row $i$ holds the answers of one person to $d$ questions, 1 for yes and 0 for no. In cluster $k$ question $j$ is answered with yes with probability $p_{kj}$, each question for itself. So
#
# $$\log\big(\pi_k\, p(x_i \mid k)\big) = \log \pi_k + \sum_j \begin{cases}\log p_{kj} & x_{ij} = 1\\ \log(1 - p_{kj}) & x_{ij} = 0.\end{cases}$$
#
# Write these logarithms for all rows and clusters. Some probabilities are exactly 0 or 1; then a row that contradicts them is impossible, and minus infinity is the right answer there and nowhere else. *(3 marks)*


# %% question="log_products"
def log_products(X, weights, probabilities):
    """Logarithm of prior times likelihood.

    X: (n, d), zeros and ones. weights: (K,). probabilities: (K, d), from 0 to 1.
    Returns an array of shape (n, K).
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        yes, no = np.log(probabilities), np.log1p(-probabilities)
    return np.log(weights) + np.where(X[:, None, :] == 1, yes, no).sum(axis=2)
    ### END SOLUTION


# %% check="log_products"
check("log_products")

# %% [markdown]
# ## 6. Use it: the other half
#
# With the responsibilities held fixed, which weights and probabilities fit best? You can guess it from the means of the Gaussian case, and then prove it in one line. *(2 marks)*


# %% question="m_step_of_answers"
def m_step_of_answers(X, resp):
    """Weights (K,) and probabilities (K, d) from responsibilities.

    X: (n, d), zeros and ones. resp: (n, K).
    """
    ### BEGIN SOLUTION
    counts = resp.sum(axis=0)
    return counts / len(X), resp.T @ X / counts[:, None]
    ### END SOLUTION


# %% check="m_step_of_answers"
check("m_step_of_answers")

# %% [markdown]
# ## 7. Use it: data of your own
#
# Find or collect data that mean something to you, at least a hundred rows of one to five numbers, and fit a mixture to them, with any software you like. Put the fit into one picture that somebody who doubts it could read. *(3 marks)*

# %% question="my_picture"
### BEGIN SOLUTION
rng = np.random.default_rng(7)
minutes = np.concatenate([rng.normal(24, 3, 160), rng.normal(38, 6, 60)])
fig, ax = plt.subplots()
ax.hist(
    minutes, bins=30, density=True, color="lightgrey", label="220 trips to work"
)
grid = np.linspace(minutes.min(), minutes.max(), 300)
for weight, mean, spread, name in [
    (0.72, 24, 3, "bicycle"),
    (0.28, 38, 6, "bus"),
]:
    density = np.exp(-0.5 * ((grid - mean) / spread) ** 2) / (
        spread * np.sqrt(2 * np.pi)
    )
    ax.plot(grid, weight * density, label=name)
ax.set(xlabel="minutes", ylabel="density per minute")
ax.legend()
plt.show()
### END SOLUTION

# %% [markdown]
# Then say in eight to fifteen sentences: where the data come from and what one row is; how many clusters you chose and what spoke against one fewer and one more; how many starts you made and what came of them; whether a cluster came near to collapsing; what the clusters mean, or why they need not mean anything; and what would change your mind. *(5 marks)*

# %% [markdown] text="my_data"
# <!-- BEGIN SOLUTION -->
# A row is one trip to work; I noted 220 of them, in minutes from door to door. Two clusters came out at 24 and 38 minutes, and I know what they are: on some days I take the bus. One cluster has a BIC that is higher by 90; a third one splits the bus trips at a place that moves with the start, and its BIC is no better. Of twenty starts seventeen ended at the same log-likelihood to six digits, two lower, and one had collapsed onto two equal trips, with a spread of a hundredth of a minute; I left it out. The responsibility of a trip of 30 minutes is divided almost evenly, which is right: on such a day I could not tell either. The clusters would mean less if the bus trips had not been Gaussian but skewed, since a skewed cluster can look like two. If I had also noted the weather and the second cluster had turned out to be rain, I should give up the bus.
# <!-- END SOLUTION -->

# %% teacher=true
from course.author import FreeText, Part, Picture, Question, Tests
from course.known_wrong import bernoulli, practice, trust

TEST_RESPONSIBILITIES = Tests(
    "test_responsibilities",
    title="Test it: the responsibilities",
    **practice.RESPONSIBILITIES,
)
TEST_M_STEP = Tests(
    "test_m_step", title="Test it: the M-step", **practice.M_STEP
)

SMALLEST_SPREAD = Question(
    "smallest_spread",
    title="Break it: how thin is a cluster?",
    outputs=("spread",),
    inputs={"ellipses that lie askew": trust.tilted_covariances},
    parts=(
        Part(
            "spread",
            2,
            "ellipses that lie askew",
            ("spread",),
            "Take the covariance [[1, 0.99], [0.99, 1]]: both features have a spread of 1, and "
            "across the diagonal it is 0.1.",
        ),
    ),
    variants=trust.SMALLEST_SPREAD,
)

CHOOSE = Question(
    "choose",
    title="Break it: which run do you keep?",
    outputs=("run",),
    inputs={
        "the best has collapsed": trust.runs,
        "none has collapsed": trust.sound_runs,
        "all have collapsed": trust.lost_runs,
    },
    parts=(
        Part(
            "collapsed",
            1,
            "the best has collapsed",
            ("run",),
            "Go through the runs one by one on paper, cross out those below the floor, and keep "
            "the numbers that they had.",
        ),
        Part(
            "sound",
            1,
            "none has collapsed",
            ("run",),
            "With no run below the floor it is the number of the highest log-likelihood.",
        ),
        Part(
            "lost",
            1,
            "all have collapsed",
            ("run",),
            "With every run below the floor there is none to keep: -1.",
        ),
    ),
    variants=trust.CHOOSE,
)

LOG_PRODUCTS = Question(
    "log_products",
    title="Use it: answers of yes and no",
    outputs=("log_products",),
    inputs={
        "probabilities between 0 and 1": bernoulli.answers,
        "some probabilities of 0 and 1": bernoulli.certain_answers,
    },
    parts=(
        Part(
            "between",
            2,
            "probabilities between 0 and 1",
            ("log_products",),
            "One question, answered with yes, probability 0.8, weight 0.5: log 0.4 = -0.916. "
            "Answered with no: log 0.1 = -2.303.",
        ),
        Part(
            "certain",
            1,
            "some probabilities of 0 and 1",
            ("log_products",),
            "Where p is 0 and the answer is no, the term is log 1 = 0; where the answer is yes, "
            "minus infinity. NaN must not come up.",
        ),
    ),
    variants=bernoulli.LOG_PRODUCTS,
)

M_STEP_OF_ANSWERS = Question(
    "m_step_of_answers",
    title="Use it: the other half",
    outputs=("weights", "probabilities"),
    inputs={"soft responsibilities": bernoulli.soft_answers},
    parts=(
        Part(
            "weights",
            1,
            "soft responsibilities",
            ("weights",),
            "The weights are the clusters' shares of all rows, and they add up to one.",
        ),
        Part(
            "probabilities",
            1,
            "soft responsibilities",
            ("probabilities",),
            "A single cluster that is responsible for everything must give the share of yes in "
            "each column.",
        ),
    ),
    variants=bernoulli.M_STEP,
)

MY_PICTURE = Picture(
    "my_picture",
    title="A picture of your data",
    rubric=(
        (1, "The data themselves can be seen, not only the fit."),
        (1, "The fit can be compared with them; one sees where it is bad."),
        (
            1,
            "Axes have names and units; it can be understood without the code.",
        ),
    ),
)

MY_DATA = FreeText(
    "my_data",
    title="Would you believe it?",
    rubric=(
        (1, "Where the data come from and what one row is."),
        (1, "The number of clusters, argued against one fewer and one more."),
        (1, "Several starts, what came of them, and an eye on collapse."),
        (1, "What the clusters mean, or why they need not mean anything."),
        (1, "What would change the author's mind: an honest limit, named."),
    ),
)
