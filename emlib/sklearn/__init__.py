"""`GaussianMixture`: scikit-learn's class by name, arguments and attributes, on emlib's loop."""
