"""What must stay fast: one file per question, with its sizes and its peers; results are ratios.

A ratio to something measured in the same run means the same on every machine; a time does not.
`make bench` runs them; with the other tests they do not run.
"""
