// Fills forms in with react-jsonschema-form: {schema, uiSchema, runs, sets} on stdin, what came of it on stdout.
import { text } from 'node:stream/consumers';
import { window } from './browser.mjs';
import { Sections } from './sections.mjs';

const { act, createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
const { default: Form } = await import('@rjsf/core');
const { getDefaultFormState, retrieveSchema, toPathSchema } = await import('@rjsf/utils');
const { default: validator } = await import('@rjsf/validator-ajv8');

const { schema, uiSchema, runs = [], sets = [] } = JSON.parse(await text(process.stdin));
const { document } = window;
const at = (place) => document.getElementById(`root_${place}`);

function enter(field, value) {
  const kind = field.tagName === 'SELECT' ? window.HTMLSelectElement : window.HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, value);
  field.dispatchEvent(new window.Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
}

// What somebody does at a question, as a person finds it: by the words beside it.
const doing = {
  tick: (place, label) => [...at(place).querySelectorAll('label')].find((one) => one.textContent === label).querySelector('input').click(),
  choose: (place, label) => enter(at(place), [...at(place).options].find((one) => one.textContent === label).value),
  type: (place, words) => enter(at(place), words),
  add: (place) => at(place).querySelector('.rjsf-array-item-add button').click(),
};

async function run({ formData, steps = [], sections = false, ...props }) {
  const root = createRoot(document.querySelector('main'));
  const seen = { errors: [] };
  const listed = {
    onChange: (event) => { seen.changed = event.formData; },
    onSubmit: (event) => { seen.submitted = event.formData; },
    onError: (errors) => { seen.errors = errors.map(({ property, name }) => [property, name]); },
  };
  const ui = sections ? { ...uiSchema, 'ui:ObjectFieldTemplate': Sections } : uiSchema;
  await act(() => root.render(createElement(Form, { schema, uiSchema: ui, validator, formData, noHtml5Validate: true, ...listed, ...props })));
  for (const [what, ...how] of steps) {
    await act(() => doing[what](...how));
  }
  seen.fields = [...document.querySelectorAll('[id^="root_"]')].map(({ id }) => id.slice('root_'.length));
  seen.labels = [...document.querySelectorAll('main label, main legend')].map((one) => one.textContent);
  seen.sections = [...document.querySelectorAll('fieldset[id^="section-"]')].map(({ id, firstChild }) => [id.slice('section-'.length), firstChild.textContent]);
  await act(() => document.querySelector('form').dispatchEvent(new window.Event('submit', { bubbles: true, cancelable: true })));
  await act(() => root.unmount());
  return seen;
}

// What the library makes of a set of answers, without rendering it.
function settle(answers) {
  const state = getDefaultFormState(validator, schema, answers, schema);
  const { properties } = retrieveSchema(validator, schema, schema, answers);
  const { $name, ...paths } = toPathSchema(validator, schema, '', schema, answers);
  return {
    state,
    properties: Object.keys(properties),
    paths: Object.keys(paths).filter((name) => !name.startsWith('__')),
    errors: validator.validateFormData(answers, schema).errors.map(({ property, name }) => [property, name]),
  };
}

const done = [];
for (const one of runs) done.push(await run(one));
process.stdout.write(JSON.stringify({ runs: done, sets: sets.map(settle) }));
