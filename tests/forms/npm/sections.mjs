// Draws the sections of a form in react-jsonschema-form: uiSchema['ui:ObjectFieldTemplate'] = Sections.
import { createElement as h } from 'react';

export function Sections({ properties, uiSchema }) {
  return uiSchema['ui:options'].groups.map(({ id, title, questions }) => {
    const shown = properties.filter(({ name }) => questions.includes(name));
    return shown.length ? h('fieldset', { key: id, id: `section-${id}` }, h('legend', null, title), shown.map(({ content }) => content)) : null;
  });
}
