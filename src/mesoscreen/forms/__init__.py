"""Consultation forms: the questions a rulebook needs answered, and the way back from answers to an intake.

The rulebook words the questions; which of them a plan needs, and what each answer opens, is worked out from the rules.
What was shown and skipped is *not asked*. What was hidden is not kept.
"""

from mesoscreen.forms.answering import Filled, fill, from_answers
from mesoscreen.forms.form import Form, questions
from mesoscreen.forms.question import NONE, UNSURE, Opening, Option, Question

__all__ = [
    "NONE",
    "UNSURE",
    "Filled",
    "Form",
    "Opening",
    "Option",
    "Question",
    "fill",
    "from_answers",
    "questions",
]
