"""Estimating the weights of the score model from data: `python -m benchmarks.estimation DIRECTORY [--write]`.

The method is Fellegi and Sunter's, with one correction. For every row of the model's table, count how often it applies to
true pairs and to random pairs of which some part agrees; the logarithm of the quotient is the counted weight. Rows are not
independent (who shares a nationality is likelier to share a name), so that adding counted weights would count the same thing
twice. The estimated weights are those with which the model expects as many true pairs with each row as there are (the
equations of logistic regression). What the data cannot show is added to it as *lapses*, in plain sight (`lapses.py`).
"""
