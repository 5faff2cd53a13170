"""Consultation forms: the questions a rulebook needs answered, and the way back from answers to an intake.

The rulebook words the questions; which of them a plan needs, and what each answer opens, is worked out from the rules.
What was shown and skipped is *not asked*. What was hidden is not kept.
"""

from mesoscreen.forms.answering import Filled, fill, from_answers
from mesoscreen.forms.form import Form, questions
from mesoscreen.forms.question import NONE, UNSURE, Opening, Option, Question
from mesoscreen.forms.questionnaire import to_fhir_questionnaire
from mesoscreen.forms.response import ResponseError, answers_of, from_questionnaire_response
from mesoscreen.forms.schema import to_json_schema, to_ui_schema
from mesoscreen.forms.surveyjs import to_surveyjs

__all__ = [
    "NONE",
    "UNSURE",
    "Filled",
    "Form",
    "Opening",
    "Option",
    "Question",
    "ResponseError",
    "answers_of",
    "fill",
    "from_answers",
    "from_questionnaire_response",
    "questions",
    "to_fhir_questionnaire",
    "to_json_schema",
    "to_surveyjs",
    "to_ui_schema",
]
