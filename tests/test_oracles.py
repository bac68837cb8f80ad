"""Published and recomputed numbers, one file each under tests/oracles; provenance stands there."""

import importlib
import math
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest

import emlib


def oracle(name):
    path = Path(__file__).parent / "oracles" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


A, B = oracle("a_two_coins"), oracle("b_linkage")
C, D = oracle("c_seven_points"), oracle("d_death_notices")
F, H = oracle("f_old_faithful"), oracle("h_iris")


def close(found, wanted, tolerance):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "oracles").glob("*.toml")))
def test_every_oracle_says_where_it_comes_from_and_gives_reasons_for_its_tolerances(path):
    found = oracle(path.stem)
    assert found["source"]["citation"].strip()
    assert "converged" in found or any("converged" in part for part in found.values())
    reasons = [key for key in found["tolerance"] if key.endswith("because")]
    assert reasons
    assert all(found["tolerance"][key].strip() for key in reasons)


# A: a mixture of two binomials. Do and Batzoglou 2008, figure 1b.


def coin_responsibilities(parameters):
    """Bayes' rule in log space; the binomial coefficient is the same for both coins."""
    prior, biases = parameters
    heads, tosses = np.array(A["data"]["heads"]), A["data"]["tosses"]
    log_joint = np.log(prior) + np.outer(heads, np.log(biases))
    log_joint = log_joint + np.outer(tosses - heads, np.log1p(-biases))
    log_density = np.logaddexp.reduce(log_joint, axis=1)
    return np.exp(log_joint - log_density[:, None]), log_density.sum()


def coins(prior_free):
    """The model's two steps. Parameters: (prior of each coin, bias of each coin)."""
    heads, tosses = np.array(A["data"]["heads"]), A["data"]["tosses"]

    def e_step(parameters):
        resp, log_likelihood = coin_responsibilities(parameters)
        return (resp.sum(axis=0), resp.T @ heads), log_likelihood

    def m_step(expected):
        counts, expected_heads = expected
        prior = counts / counts.sum() if prior_free else np.array(A["start"]["prior"])
        return prior, expected_heads / (tosses * counts)

    return e_step, m_step


def coin_start():
    return np.array(A["start"]["prior"]), np.array(A["start"]["biases"])


def fit_coins(prior_free=False, **options):
    return emlib.em(*coins(prior_free), coin_start(), **options)


def test_a_the_first_responsibilities_of_coin_a():
    found = coin_responsibilities(coin_start())[0][:, 0]
    name, tolerance = "first_responsibilities_of_coin_A", A["tolerance"]
    close(found, A["converged"][name], tolerance["converged"])
    close(found, A["published"][name], tolerance["published"])


@pytest.mark.parametrize("iteration", [1, 10])
def test_a_the_biases_after_an_iteration(iteration):
    _, biases = fit_coins(max_iter=iteration).parameters
    close(biases, A["converged"][f"iteration_{iteration}"], A["tolerance"]["converged"])
    close(biases, A["published"][f"iteration_{iteration}"], A["tolerance"]["published"])


def test_a_the_limit():
    result = fit_coins()
    assert result.converged
    close(result.parameters[1], A["converged"]["limit"], A["tolerance"]["converged"])


def test_a_the_limit_with_the_prior_free():
    prior, biases = fit_coins(prior_free=True).parameters
    wanted = A["converged"]["prior_free"]
    close(prior[0], wanted["prior_of_coin_A"], A["tolerance"]["converged"])
    close(biases, wanted["biases"], A["tolerance"]["converged"])


# B: genetic linkage. Dempster, Laird and Rubin 1977, equations 1.4 and 1.5.


def linkage():
    """The model's two steps. Parameter: pi."""
    y1, y2, y3, y4 = B["data"]["counts"]

    def e_step(pi):
        cells = np.array([1 / 2 + pi / 4, (1 - pi) / 4, (1 - pi) / 4, pi / 4])
        x2 = y1 * (pi / 4) / (1 / 2 + pi / 4)  # equation 1.4
        return x2, np.array([y1, y2, y3, y4]) @ np.log(cells)

    def m_step(x2):
        return (x2 + y4) / (x2 + y2 + y3 + y4)  # equation 1.5

    return e_step, m_step


def linkage_iterates():
    return emlib.em(*linkage(), B["start"]["pi"], max_iter=8, keep_history=True).history


def linkage_ratios():
    deviations = np.array(linkage_iterates()) - B["converged"]["limit"]
    return deviations[1:] / deviations[:-1]


def test_b_the_iterates_digit_by_digit():
    found = [f"{pi:.9f}" for pi in linkage_iterates()]
    assert found == [f"{B['start']['pi']:.9f}", *B["converged"]["iterates"]]


def test_b_the_published_iterates_are_these_but_for_three_last_digits_one_too_high():
    found, printed = B["converged"]["iterates"], B["published"]["iterates"]
    differing = [
        t for t, pair in enumerate(zip(found, printed, strict=True), 1) if len({*pair}) > 1
    ]
    assert differing == B["misprints"]["iterations"]
    for t in differing:
        assert round((float(printed[t - 1]) - float(found[t - 1])) * 1e9) == 1


def test_b_the_limit_is_the_closed_form():
    limit = emlib.em(*linkage(), B["start"]["pi"]).parameters
    closed_form = (15 + np.sqrt(53809)) / 394
    assert B["published"]["closed_form"] == "(15 + sqrt(53809)) / 394"
    close(closed_form, B["converged"]["limit"], B["tolerance"]["limit"])
    # the loop stops when the log-likelihood stands still, half of the digits before pi does
    close(limit, closed_form, 1e-8)
    for _ in range(20):
        limit = linkage()[1](linkage()[0](limit)[0])
    close(limit, closed_form, B["tolerance"]["limit"])
    close(closed_form, float(B["published"]["limit"]), B["tolerance"]["published_limit"])


def test_b_the_error_is_multiplied_by_a_constant_in_the_limit_and_more_slowly_at_first():
    ratios = linkage_ratios()
    assert [f"{ratio:.4f}" for ratio in ratios[:6]] == B["published"]["ratios"]
    close(ratios[0], B["converged"]["first_ratio"], B["tolerance"]["contraction"])
    close(ratios[-1], B["converged"]["contraction"], B["tolerance"]["contraction"])


def test_b_the_contraction_is_the_slope_of_the_map_at_its_fixed_point():
    e_step, m_step = linkage()
    limit, h = B["converged"]["limit"], 1e-6
    slope = (m_step(e_step(limit + h)[0]) - m_step(e_step(limit - h)[0])) / (2 * h)
    close(slope, B["converged"]["contraction"], B["tolerance"]["contraction"])


def test_b_the_page_shows_both_tables_and_names_the_misprints():
    path = Path(__file__).parents[1] / "book" / "em_loop" / "how_fast.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    said = [out.get("text", "") for cell in cells for out in cell.get("outputs", [])]
    (table,) = [text for text in said if "printed" in text]
    rows = [line.split() for line in table.splitlines()]
    assert [row[0] for row in rows] == B["converged"]["iterates"]
    assert [row[2] for row in rows] == B["published"]["iterates"]
    assert [row[-1] for row in rows][:6] == B["published"]["ratios"]
    wrong = [i for i, row in enumerate(rows, start=1) if row[0] != row[2]]
    assert wrong == B["misprints"]["iterations"] == [2, 4, 7]
    prose = "".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert "the second, the fourth and the seventh, are one too high" in prose


# C: seven points, three Gaussians on a line. Mathematics for Machine Learning, chapter 11.


def seven_points():
    x = np.array(C["data"]["x"])[:, None]
    means = np.array(C["start"]["means"])[:, None]
    variances = np.array(C["start"]["variances"])[:, None, None]
    return x, emlib.Parameters(np.full(3, 1 / 3), means, variances)


def first_responsibilities():
    x, start = seven_points()
    return emlib.responsibilities(x, start.weights, start.means, start.covariances)


def close_to(parameters, wanted, tolerance):
    close(parameters.weights, wanted["weights"], tolerance)
    close(parameters.means.ravel(), wanted["means"], tolerance)
    close(parameters.covariances.ravel(), wanted["variances"], tolerance)


def test_c_the_fourth_point_and_the_soft_counts():
    resp = first_responsibilities()
    close(resp[3], C["converged"]["r_4"], C["tolerance"]["r_4"])
    close(resp.sum(axis=0), C["converged"]["counts"], C["tolerance"]["counts"])


def test_c_the_printed_fourth_point_and_soft_counts_are_misprints():
    resp, tolerance = first_responsibilities(), C["tolerance"]["misprint"]
    wrong = np.abs(resp[3] - C["misprints"]["r_4"]) > tolerance
    assert wrong.tolist() == [True, True, False]
    wrong = np.abs(resp.sum(axis=0) - C["misprints"]["counts"]) > tolerance
    assert wrong.tolist() == [True, True, False]


def test_c_one_misprint_follows_from_the_other():
    resp = first_responsibilities().round(3)
    resp[3] = C["misprints"]["r_4"]
    close(resp.sum(axis=0), C["misprints"]["counts"], 0.0011)
    close(resp.sum(axis=0)[0], 2.058, 1e-12)


def test_c_one_step():
    x, start = seven_points()
    result = emlib.em(
        lambda parameters: emlib.e_step(x, parameters), emlib.m_step, start, max_iter=1
    )
    close_to(result.parameters, C["converged"]["one_step"], C["tolerance"]["parameters"])
    nll = -result.log_likelihoods
    close(nll, C["converged"]["negative_log_likelihood"], C["tolerance"]["negative_log_likelihood"])
    close(
        nll,
        C["published"]["negative_log_likelihood"],
        C["tolerance"]["published_negative_log_likelihood"],
    )


def test_c_the_limit():
    x, start = seven_points()
    result, wanted = emlib.fit_em(x, start, tol=0), C["converged"]["limit"]
    assert result.converged
    close(
        -result.log_likelihood,
        wanted["negative_log_likelihood"],
        C["tolerance"]["limit_negative_log_likelihood"],
    )
    close_to(settled(x, start), wanted, C["tolerance"]["parameters"])


def test_c_the_published_model_is_that_after_five_iterations():
    x, start = seven_points()
    wanted, tolerance = C["published"]["after_five_iterations"], C["tolerance"]
    history = emlib.fit_em(x, start, keep_history=True).history
    close_to(history[5], wanted, tolerance["published_parameters"])


# D: death notices, two Poissons. Hasselblad 1969.


def poissons():
    """The model's two steps. Parameters: (weights, rates), arrays of shape (n_components,)."""
    notices, days = np.array(D["data"]["notices"]), np.array(D["data"]["days"])
    log_factorials = np.array([math.lgamma(count + 1) for count in notices])[:, None]

    def e_step(parameters):
        weights, rates = parameters
        log_joint = np.log(weights) + np.outer(notices, np.log(rates)) - rates - log_factorials
        log_density = np.logaddexp.reduce(log_joint, axis=1)
        resp = np.exp(log_joint - log_density[:, None])
        return (days @ resp, (days * notices) @ resp), days @ log_density

    def m_step(expected):
        counts, sums = expected
        return counts / counts.sum(), sums / counts

    return e_step, m_step


def poisson_start():
    weight = D["start"]["weight"]
    return np.array([weight, 1 - weight]), np.array(D["start"]["rates"])


def poisson_limit():
    """The fixed point, by the map alone: the log-likelihood stands still long before."""
    e_step, m_step = poissons()
    parameters = poisson_start()
    for _ in range(8000):
        parameters = m_step(e_step(parameters)[0])
    return parameters


def test_d_after_exactly_1500_iterations():
    wanted, tolerance = D["published"], D["tolerance"]
    result = emlib.em(*poissons(), poisson_start(), max_iter=wanted["iterations"])
    weights, rates = result.parameters
    assert (result.n_iter, result.converged) == (1500, False)
    close(weights[0], wanted["weight"], tolerance["published"])
    close(rates, wanted["rates"], tolerance["published_rates"])
    nll = wanted["negative_log_likelihood"]
    close(-result.log_likelihood, nll, tolerance["published_negative_log_likelihood"])


def test_d_the_limit():
    (weights, rates), wanted, tolerance = poisson_limit(), D["converged"], D["tolerance"]
    close(weights[0], wanted["weight"], tolerance["converged"])
    close(rates, wanted["rates"], tolerance["converged"])
    close(poissons()[0]((weights, rates))[1], wanted["log_likelihood"], tolerance["log_likelihood"])


def test_d_the_published_limit_had_stopped_before_it():
    published, limit, tolerance = D["published"]["limit"], D["converged"], D["tolerance"]
    misses = [
        published["weight"] - limit["weight"],
        *np.subtract(published["rates"], limit["rates"]),
    ]
    close(misses, 0, tolerance["published_limit"])
    assert (np.array(misses) > 2 * tolerance["converged"]).all()


def test_d_the_loop_stops_by_itself_where_the_log_likelihood_stands_still():
    result, wanted = emlib.em(*poissons(), poisson_start(), max_iter=5000), D["converged"]
    assert result.converged
    assert 1500 < result.n_iter < 5000
    close(result.log_likelihood, wanted["log_likelihood"], D["tolerance"]["log_likelihood"])


def poisson_map(vector):
    """One iteration on (weight of the first, both rates), three free numbers."""
    e_step, m_step = poissons()
    weight, *rates = vector
    weights, rates = m_step(e_step((np.array([weight, 1 - weight]), np.array(rates)))[0])
    return np.array([weights[0], *rates])


def test_d_why_it_crawls_the_largest_eigenvalue_of_the_map_is_nearly_one():
    limit, h = np.array([D["converged"]["weight"], *D["converged"]["rates"]]), 1e-5
    steps = h * np.eye(3)
    columns = [(poisson_map(limit + step) - poisson_map(limit - step)) / (2 * h) for step in steps]
    eigenvalues = np.sort(np.linalg.eigvals(np.transpose(columns)).real)[::-1]
    close(eigenvalues, D["converged"]["eigenvalues"], D["tolerance"]["eigenvalue"])
    assert f"{eigenvalues[0]:.6f}" == "0.995666"
    # and the error of the run itself shrinks by that, iteration after iteration
    history = emlib.em(*poissons(), poisson_start(), max_iter=1500, keep_history=True).history
    errors = [rates[0] - limit[1] for _, rates in history[-2:]]
    close(errors[1] / errors[0], eigenvalues[0], 1e-5)


def test_d_one_poisson_has_the_mean_for_its_rate():
    wanted, tolerance = D["one_poisson"]["converged"], D["tolerance"]
    result = emlib.em(*poissons(), (np.ones(1), np.ones(1)))
    close(result.parameters[1], wanted["mean"], tolerance["converged"])
    close(result.log_likelihood, wanted["log_likelihood"], tolerance["log_likelihood"])


# F: Old Faithful. Where a source is cited, its numbers; elsewhere those of mpmath.


def settled(X, parameters, iterations=300):
    """Iterate on, past the point where the log-likelihood stands still."""
    for _ in range(iterations):
        parameters = emlib.m_step(emlib.e_step(X, parameters)[0])
    return parameters


def waiting(covariance_type):
    start = F["waiting_equal_variances"]["start"]
    variances = {"tied": np.eye(1), "full": np.ones((2, 1, 1))}[covariance_type] * start["sd"] ** 2
    means = np.array(start["means"])[:, None]
    parameters = emlib.Parameters(start["weights"], means, variances, covariance_type)
    return emlib.load_faithful().X[:, 1:], parameters


def close_in_one_dimension(X, parameters, wanted, tolerance, log_likelihood_tolerance):
    close(parameters.weights, wanted["weights"], tolerance)
    close(parameters.means.ravel(), wanted["means"], tolerance)
    close(np.sqrt(parameters.covariances.ravel()), wanted["sd"], tolerance)
    found = emlib.log_likelihood(X, parameters)
    close(found, wanted["log_likelihood"], log_likelihood_tolerance)


def test_f_waiting_time_with_equal_variances_as_mixtools_printed_it_after_nine_iterations():
    X, start = waiting("tied")
    published, tolerance = F["waiting_equal_variances"]["published"], F["tolerance"]
    ninth = emlib.fit_em(X, start, tol=0, keep_history=True).history[published["iterations"]]
    close_in_one_dimension(
        X,
        ninth,
        published,
        tolerance["published_parameters"],
        tolerance["published_log_likelihood"],
    )


def test_f_the_published_fit_of_mixtools_had_stopped_before_the_limit():
    X, start = waiting("tied")
    published = F["waiting_equal_variances"]["published"]["means"][0]
    assert round(settled(X, start).means[0, 0], 5) == 54.61363 != published


@pytest.mark.parametrize(
    ("covariance_type", "name"),
    [("tied", "waiting_equal_variances"), ("full", "waiting_unequal_variances")],
)
def test_f_waiting_time_in_the_limit(covariance_type, name):
    X, start = waiting(covariance_type)
    wanted, tolerance = F[name]["converged"], F["tolerance"]
    parameters = settled(X, start)
    close_in_one_dimension(
        X, parameters, wanted, tolerance["parameters"], tolerance["log_likelihood"]
    )
    result = emlib.fit_em(X, start, tol=0)
    assert result.converged
    close(result.log_likelihood, wanted["log_likelihood"], tolerance["log_likelihood"])


@pytest.mark.parametrize("seed", [0, 7])
def test_f_both_features_with_a_full_covariance_each(seed):
    X = emlib.load_faithful().X
    wanted, tolerance = F["full_2"]["converged"], F["tolerance"]
    start = emlib.start_from_kmeans_plusplus(X, 2, rng=seed)
    result = emlib.fit_em(X, start, tol=0)
    assert result.status == ("ok", "ok")
    close(result.log_likelihood, wanted["log_likelihood"], tolerance["log_likelihood"])
    parameters = settled(X, start)
    order = np.argsort(parameters.weights)
    close(parameters.weights[order], wanted["weights"], tolerance["parameters"])
    close(parameters.means[order], wanted["means"], tolerance["parameters"])
    close(parameters.covariances[order], wanted["covariances"], tolerance["parameters"])


def test_f_three_components_that_share_a_covariance_and_mclust_stopped_early():
    X, wanted = emlib.load_faithful().X, F["tied_3"]
    starts = [
        emlib.start_from_kmeans_plusplus(X, 3, covariance_type="tied", rng=seed)
        for seed in (1, 2, 5)
    ]
    best = max((emlib.fit_em(X, start, tol=0) for start in starts), key=lambda r: r.log_likelihood)
    bic_in_mclusts_sign = -emlib.bic(X, best.parameters)
    tolerance = F["tolerance"]["tied_3_log_likelihood"]
    assert best.converged
    assert emlib.n_free_parameters(best.parameters) == wanted["published"]["free_parameters"]
    close(best.log_likelihood, wanted["converged"]["log_likelihood"], tolerance)
    close(bic_in_mclusts_sign, wanted["converged"]["bic_in_mclusts_sign"], 2 * tolerance)
    assert best.log_likelihood - wanted["published"]["log_likelihood"] > F["tolerance"]["early"]
    assert bic_in_mclusts_sign - wanted["published"]["bic_in_mclusts_sign"] > 2 * 0.005


def test_f_the_criterion_of_mclusts_fit_follows_from_its_log_likelihood():
    published = F["tied_3"]["published"]
    bic = 2 * published["log_likelihood"] - published["free_parameters"] * np.log(272)
    close(bic, published["bic_in_mclusts_sign"], 3 * F["tolerance"]["published_log_likelihood"])


# H: iris, a full covariance for each component. Fisher 1936; mclust.


def iris():
    found = importlib.import_module("sklearn.datasets").load_iris()
    return found.data, found.target


def irises(n_components):
    """The fit from the species, or from setosa and the rest, and what stands in the file."""
    X, species = iris()
    start = emlib.start_from_labels(X, np.minimum(species, n_components - 1))
    return X, emlib.fit_em(X, start, tol=0), H[f"vvv_{n_components}"]["converged"]


def test_h_the_data_are_those_of_r():
    X, _ = iris()
    assert X.shape == (150, 4)
    close(X.sum(axis=0), [876.5, 458.6, 563.7, 179.9], 1e-9)
    # the two flowers that the copy in the UCI repository has otherwise
    assert X[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert X[37].tolist() == [4.9, 3.6, 1.4, 0.1]


@pytest.mark.parametrize("n_components", [2, 3])
def test_h_log_likelihood_criterion_and_sizes(n_components):
    X, result, wanted = irises(n_components)
    assert result.converged
    assert result.status == ("ok",) * n_components
    close(result.log_likelihood, wanted["log_likelihood"], H["tolerance"]["log_likelihood"])
    bic = -emlib.bic(X, result.parameters)
    close(bic, wanted["bic_in_mclusts_sign"], 2 * H["tolerance"]["log_likelihood"])
    p = result.parameters
    largest = emlib.responsibilities(X, p.weights, p.means, p.covariances).argmax(axis=1)
    assert np.bincount(largest).tolist() == wanted["sizes"]


@pytest.mark.parametrize("seed", [3, 7])
def test_h_other_starts_end_there_too(seed):
    X, _ = iris()
    found = emlib.fit_em(X, emlib.start_from_kmeans_plusplus(X, 3, rng=seed), tol=0)
    wanted = H["vvv_3"]["converged"]["log_likelihood"]
    close(found.log_likelihood, wanted, H["tolerance"]["log_likelihood"])


def test_h_mclust_reached_the_limit_with_two_components_and_stopped_early_with_three():
    published, tolerance = H["published"]["bic_in_mclusts_sign"], H["tolerance"]["published"]
    (X, two, _), (_, three, wanted) = irises(2), irises(3)
    close(-emlib.bic(X, two.parameters), published["VVV_2"], tolerance)
    assert emlib.n_free_parameters(three.parameters) == wanted["free_parameters"]
    to_come = (-emlib.bic(X, three.parameters) - published["VVV_3"]) / 2
    close(to_come, 0.00035, tolerance)


@pytest.mark.parametrize("library", ["emlib", "sklearn.mixture"])
def test_h_the_default_tolerance_stops_early(library):
    X, _ = iris()
    model = importlib.import_module(library).GaussianMixture(3, random_state=0).fit(X)
    found = model.score(X) * len(X)
    close(found, H["stopped_early"]["log_likelihood"], H["tolerance"]["stopped_early"])
    close(H["vvv_3"]["converged"]["log_likelihood"] - found, 0.0112, 5e-5)
