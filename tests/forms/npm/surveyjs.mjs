// Fills surveys in with SurveyJS: {survey, runs} on stdin, what came of it on stdout.
import { text } from 'node:stream/consumers';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Model } = require('survey-core');
require('survey-core/survey.i18n');

const { survey: json, runs } = JSON.parse(await text(process.stdin));
const names = (questions) => questions.filter((question) => question.isVisible).map(({ name }) => name);

function labelled(question, label) {
  return question.visibleChoices.find((item) => item.locText.textOrHtml === label);
}

// What somebody does at a question, as a person finds it: by the words beside it.
const doing = {
  tick: (question, label) => {
    const item = labelled(question, label);
    question.clickItemHandler(item, !question.isItemSelected(item));
  },
  choose: (question, label) => { question.clickItemHandler(labelled(question, label)); },
  clear: (question) => { question.clearValue(true); },
  type: (question, words) => { question.inputValue = words; },
  tag: (question, words) => {
    const model = question.dropdownListModel;
    model.inputStringRendered = words;
    model.listModel.onItemClick(model.listModel.actions.find(({ id }) => id === 'newCustomItem'));
  },
  add: (question) => { question.addPanel(); },
};

function run({ data, steps = [], clearInvisibleValues }) {
  const survey = new Model({ ...json, ...(clearInvisibleValues ? { clearInvisibleValues } : {}) });
  if (data) survey.data = data;
  for (const [what, [name, panel, field], ...how] of steps) {
    const question = survey.getQuestionByName(name);
    doing[what](field ? question.panels[panel].getQuestionByName(field) : question, ...how);
  }
  const questions = survey.getAllQuestions();
  const lists = questions.filter((one) => one.isVisible && one.getType() === 'paneldynamic');
  const seen = {
    mistakes: (survey.jsonErrors ?? []).map(String),
    shown: names(questions),
    pages: survey.visiblePages.map(({ name, title }) => [name, title]),
    panels: Object.fromEntries(lists.map((one) => [one.name, one.panels.map((panel) => names(panel.questions))])),
    options: Object.fromEntries(questions.filter((one) => one.visibleChoices?.length).map((one) => [one.name, one.visibleChoices.map((item) => [item.value, item.locText.textOrHtml])])),
    words: [survey.locTitle.textOrHtml, survey.completeText],
  };
  // Page by page, as somebody goes through it: completing checks the last page alone.
  let isValid = true;
  while (isValid && !survey.isLastPage) isValid = survey.nextPage();
  const isComplete = isValid && survey.tryComplete();
  const errors = questions.flatMap((one) => one.getAllErrors().map((error) => [one.name, error.getText()]));
  return { ...seen, isComplete, errors, data: survey.data };
}

process.stdout.write(JSON.stringify({ runs: runs.map(run) }));
