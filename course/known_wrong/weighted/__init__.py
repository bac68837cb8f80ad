"""EM with rows that count more than once and one covariance for all.

A row of weight 3 counts as three equal rows: X, row_weights, then the parameters.
"""
