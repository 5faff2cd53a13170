// A document to render into; imported before React, which looks for one.
import { JSDOM } from 'jsdom';

export const { window } = new JSDOM('<!doctype html><main></main>', { pretendToBeVisual: true });
for (const name of ['window', 'document', 'navigator', 'HTMLElement', 'Node', 'Event']) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
