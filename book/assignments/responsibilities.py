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
# # Who takes how much?
#
# **Given the clusters, who is responsible for this observation?** In the chapter *Normalise* you divided it by hand. Here you write the functions that do it, for clusters that share one shape: every ellipse has the same width and the same tilt, and only the centres and the weights differ. The last part is a real geyser.
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
import numpy as np

STUDENT_ID = "your id"

# %% [markdown]
# ## 1. The log density of one shape
#
# For cluster $k$ and observation $x_i$ the density is
#
# $$\log \mathcal N(x_i \mid \mu_k, \Sigma) = -\tfrac12\left(d \log 2\pi + \log\det\Sigma + (x_i - \mu_k)^\top \Sigma^{-1} (x_i - \mu_k)\right).$$
#
# There is one $\Sigma$ for all clusters, so `covariance` has shape `(d, d)`. Stay with logarithms: some observations lie so far out that their density is zero on a computer, and its logarithm is not. *(3 marks)*


# %% question="log_density"
def log_density(X, means, covariance):
    """Log density of each observation under each cluster.

    X: (n, d). means: (K, d). covariance: (d, d), the same for all clusters.
    Returns an array of shape (n, K).
    """
    ### BEGIN SOLUTION
    differences = X[:, None, :] - means
    precision = np.linalg.inv(covariance)
    distances = np.einsum("nki,ij,nkj->nk", differences, precision, differences)
    log_det = np.linalg.slogdet(covariance)[1]
    return -0.5 * (X.shape[1] * np.log(2 * np.pi) + log_det + distances)
    ### END SOLUTION


# %% check="log_density"
check("log_density")

# %% [markdown]
# ## 2. The logarithm of a sum
#
# To normalise you need the sum of the products, and all you have is their logarithms. Write the function that gives, for each row $a$, the number $\log \sum_k e^{a_k}$. It must survive rows such as $(-1000, -1001)$ and $(1000, 1001)$, and a row in which one entry is minus infinity: a cluster that is impossible. *(3 marks)*


# %% question="log_sum_exp"
def log_sum_exp(log_values):
    """Logarithm of the sum of exponentials, row by row.

    log_values: (n, K). Returns an array of shape (n,).
    """
    ### BEGIN SOLUTION
    largest = log_values.max(axis=1)
    return largest + np.log(np.exp(log_values - largest[:, None]).sum(axis=1))
    ### END SOLUTION


# %% check="log_sum_exp"
check("log_sum_exp")

# %% [markdown]
# ## 3. Responsibilities
#
# Prior times likelihood, then normalise, in logarithms until the last line. Every row adds up to one, however far away its observation is. *(4 marks)*


# %% question="responsibilities"
def responsibilities(X, weights, means, covariance):
    """Share of each cluster in each observation.

    X: (n, d). weights: (K,), adding up to 1. means: (K, d). covariance: (d, d).
    Returns an array of shape (n, K).
    """
    ### BEGIN SOLUTION
    log_products = np.log(weights) + log_density(X, means, covariance)
    return np.exp(log_products - log_sum_exp(log_products)[:, None])
    ### END SOLUTION


# %% check="responsibilities"
check("responsibilities")

# %% [markdown]
# ## 4. Somebody saw a few
#
# For some observations the cluster is known: somebody was there and wrote it down. `labels` holds one whole number for each observation, the number of its cluster, or $-1$ where nobody knows. Where the label is known there is nothing to divide; everywhere else the responsibilities are as before. *(2 marks)*


# %% question="responsibilities_with_labels"
def responsibilities_with_labels(X, weights, means, covariance, labels):
    """Share of each cluster in each observation, some of which are known.

    labels: (n,), whole numbers from 0 to K - 1, or -1 where the cluster is not known.
    The rest as in `responsibilities`. Returns an array of shape (n, K).
    """
    ### BEGIN SOLUTION
    labels = np.asarray(labels).astype(int)
    known = labels >= 0
    resp = np.array(responsibilities(X, weights, means, covariance))
    resp[known] = np.eye(len(weights))[labels[known]]
    return resp
    ### END SOLUTION


# %% check="responsibilities_with_labels"
check("responsibilities_with_labels")

# %% [markdown]
# ## 5. How heavy must it be?
#
# Two clusters, one observation, and it lies nearer to the second. If the first cluster is heavy enough, it takes half of the responsibility all the same. Which weight does the first cluster need, so that the two share exactly evenly? (The weights of the two add up to one.) Solve it on paper first: set the two products equal. *(2 marks)*


# %% question="even_weight"
def even_weight(x, means, covariance):
    """Weight of the first of two clusters for which they share an observation evenly.

    x: (d,). means: (2, d). covariance: (d, d). Returns a number between 0 and 1.
    """
    ### BEGIN SOLUTION
    first, second = log_density(x[None, :], means, covariance)[0]
    return 1 / (1 + np.exp(first - second))
    ### END SOLUTION


# %% check="even_weight"
check("even_weight")

# %% [markdown]
# ## 6. A geyser of your own
#
# The next cell draws 120 eruptions of Old Faithful for you: duration and waiting time to the next one, both in minutes. Everybody gets others, so the numbers of your neighbour will not do. (Your id must stand in the second cell.)

# %%
my_rng = student_rng(STUDENT_ID)
my_eruptions = data["faithful"][my_rng.permutation(272)[:120]]

geyser_weights = np.array([0.36, 0.64])
geyser_means = np.array([[2.04, 54.5], [4.29, 80.0]])
geyser_covariance = np.array([[0.13, 0.75], [0.75, 35.2]])

# %% [markdown]
# For how many of your eruptions does each cluster answer, all shares added up? Two numbers that add up to 120. *(2 marks)*

# %% question="my_soft_counts"
my_soft_counts = None
### BEGIN SOLUTION
my_resp = responsibilities(
    my_eruptions, geyser_weights, geyser_means, geyser_covariance
)
my_soft_counts = my_resp.sum(axis=0)
### END SOLUTION

# %% check="my_soft_counts"
check("my_soft_counts")

# %% [markdown]
# Which of your eruptions is shared most evenly? Give its duration and its waiting time. *(1 mark)*

# %% question="my_most_undecided"
my_most_undecided = None
### BEGIN SOLUTION
my_most_undecided = my_eruptions[my_resp.max(axis=1).argmin()]
### END SOLUTION

# %% check="my_most_undecided"
check("my_most_undecided")

# %% [markdown]
# ## 7. In your own words
#
# A friend has computed 0.9 and 0.1 for an eruption and says: "This eruption was 90 % long and 10 % short." Another friend says: "No, the computer is not sure, it should look again with more digits." What is each of them missing? And what would 0.9 mean if you could come back to a thousand eruptions just like this one? Three to six sentences. *(3 marks)*

# %% [markdown] text="meaning"
# <!-- BEGIN SOLUTION -->
# The eruption was one or the other, wholly; the shares speak about what we can know, not about what happened. More digits do not help: the number 0.9 is exact, given the parameters, and what is uncertain is the eruption's origin, since both kinds produce eruptions like this one. Of a thousand such eruptions about nine hundred would be long ones and a hundred short ones, if the parameters are right, and nothing in these two measurements tells which.
# <!-- END SOLUTION -->

# %% teacher=true
from course import inputs
from course.author import FreeText, Numbers, Part, Question
from course.known_wrong import tied

LOG_DENSITY = Question(
    "log_density",
    title="The log density of one shape",
    outputs=("log_density",),
    inputs={
        "observations near the clusters": tied.without_weights(inputs.mixture),
        "observations far from all clusters": tied.without_weights(inputs.far),
    },
    parts=(
        Part(
            "near",
            2,
            "observations near the clusters",
            ("log_density",),
            "Take d = 1 and one cluster with mean 0 and variance 1: at x = 0 the answer is -0.919. "
            "Then make the variance 4, then x = 2, and see which step goes astray.",
        ),
        Part(
            "far out",
            1,
            "observations far from all clusters",
            ("log_density",),
            "Far from all clusters the logarithm is a large negative number, not minus infinity: "
            "never compute the density itself on the way.",
        ),
    ),
    variants=tied.LOG_DENSITY,
)

LOG_SUM_EXP = Question(
    "log_sum_exp",
    title="The logarithm of a sum",
    outputs=("log_sum",),
    inputs={
        "ordinary rows": tied.ordinary_rows,
        "very large and very small rows": tied.extreme_rows,
        "rows with an impossible cluster": tied.impossible_rows,
    },
    parts=(
        Part(
            "ordinary",
            1,
            "ordinary rows",
            ("log_sum",),
            "For the row (0, 0) the answer is log 2 = 0.693; for (1, 1), one more. Does yours agree?",
        ),
        Part(
            "extreme",
            1,
            "very large and very small rows",
            ("log_sum",),
            "Take the largest entry out of the row before exponentiating and add it back after the "
            "logarithm.",
        ),
        Part(
            "impossible",
            1,
            "rows with an impossible cluster",
            ("log_sum",),
            "exp(-infinity) is 0, and that is just what an impossible cluster should add. Does a "
            "difference of two infinities come up on the way?",
        ),
    ),
    variants=tied.LOG_SUM_EXP,
)

RESPONSIBILITIES = Question(
    "responsibilities",
    title="Responsibilities",
    outputs=("resp",),
    inputs={
        "observations near the clusters": tied.mixture(inputs.mixture),
        "observations far from all clusters": tied.mixture(inputs.far),
        "a single cluster": tied.mixture(inputs.one_cluster),
    },
    parts=(
        Part(
            "near",
            2,
            "observations near the clusters",
            ("resp",),
            "Work one observation and two clusters out on paper: two products, their sum, two "
            "shares. Then compare step by step.",
        ),
        Part(
            "far out",
            1,
            "observations far from all clusters",
            ("resp",),
            "However far away, the shares of an observation add up to one: exponentiate only "
            "differences from the row's log-sum.",
        ),
        Part(
            "one cluster",
            1,
            "a single cluster",
            ("resp",),
            "A single cluster is responsible for everything: a column of ones.",
        ),
    ),
    needs=("log_density", "log_sum_exp"),
    variants=tied.RESPONSIBILITIES,
)

WITH_LABELS = Question(
    "responsibilities_with_labels",
    title="Somebody saw a few",
    outputs=("resp",),
    inputs={
        "a third of the labels known": tied.some_labels,
        "no label known": tied.no_labels,
    },
    parts=(
        Part(
            "some known",
            1,
            "a third of the labels known",
            ("resp",),
            "Look at one row whose label is known and one whose label is not: what must each be?",
        ),
        Part(
            "none known",
            1,
            "no label known",
            ("resp",),
            "With no label known this must give what `responsibilities` gives.",
        ),
    ),
    needs=("log_density", "log_sum_exp", "responsibilities"),
    variants=tied.WITH_LABELS,
)

EVEN_WEIGHT = Question(
    "even_weight",
    title="How heavy must it be?",
    outputs=("weight",),
    inputs={
        "two clusters": tied.two_clusters,
        "two clusters, far away": tied.two_far_clusters,
    },
    parts=(
        Part(
            "near",
            1,
            "two clusters",
            ("weight",),
            "Put your weight into `responsibilities`: both shares must come out as one half.",
        ),
        Part(
            "far away",
            1,
            "two clusters, far away",
            ("weight",),
            "Both densities are zero on the machine, their ratio is not: use the difference of the "
            "logarithms.",
        ),
    ),
    needs=("log_density",),
    variants=tied.EVEN_WEIGHT,
)


def right_geyser(student_id):
    """Eruptions of a student and their responsibilities."""
    mine = data["faithful"][student_rng(student_id).permutation(272)[:120]]
    return mine, responsibilities(
        mine, geyser_weights, geyser_means, geyser_covariance
    )


MY_SOFT_COUNTS = Numbers(
    "my_soft_counts",
    title="For how many does each answer?",
    points=2,
    needs=("log_density", "log_sum_exp", "responsibilities"),
    expected=lambda student_id: right_geyser(student_id)[1].sum(axis=0),
    shape=(2,),
    if_wrong="Add up each column of the responsibilities of your own eruptions; the two numbers "
    "add up to 120. Does your id stand in the second cell?",
)

MY_MOST_UNDECIDED = Numbers(
    "my_most_undecided",
    title="The most even eruption",
    points=1,
    needs=("log_density", "log_sum_exp", "responsibilities"),
    expected=lambda student_id: (
        lambda mine, resp: mine[np.argmin(resp.max(axis=1))]
    )(*right_geyser(student_id)),
    shape=(2,),
    if_wrong="The most even eruption is the one whose larger share is smallest; give the eruption "
    "itself, duration and waiting time, not its row number.",
)

MEANING = FreeText(
    "meaning",
    title="In your own words",
    rubric=(
        (
            1,
            "The eruption is wholly of one kind; the shares are about knowledge, not about parts.",
        ),
        (
            1,
            "The shares are exact given the parameters; more digits or another look change nothing.",
        ),
        (
            1,
            "Of many eruptions like this one, nine tenths would be of the one kind.",
        ),
    ),
)
