"""What the trial of guided medicines says of itself in its report."""

from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.guided.experiment import GuidedT2d


def test_people_take_the_doses_that_the_options_of_the_population_say():
    design = find_design("guided-t2d")
    assert GuidedT2d().adherence(design).mean == design.population["adherence_mean"]
    assert GuidedT2d().adherence(design.of_variant("rough")).mean == 0.5
