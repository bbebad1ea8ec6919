import { type Settings, SLIDERS, type SliderSpec } from './settings.ts';

function slider(spec: SliderSpec, first: number, onChange: (value: number) => void): HTMLElement {
  const row = document.createElement('label');
  const name = document.createElement('span');
  const value = document.createElement('output');
  const input = document.createElement('input');
  name.textContent = spec.label;
  input.type = 'range';
  input.name = spec.key;
  input.min = '0';
  input.max = String(spec.values.length - 1);
  input.value = String(Math.max(0, spec.values.indexOf(first)));
  input.title = spec.hint;
  const chosen = (): number => spec.values[Number(input.value)] ?? first;
  const show = (): void => {
    value.textContent = spec.show(chosen());
    input.setAttribute('aria-valuetext', spec.show(chosen()));
  };
  show();
  input.addEventListener('input', show);
  input.addEventListener('change', () => onChange(chosen()));
  row.append(name, value, input);
  return row;
}

/** Puts the sliders into a form. `onChange` is told when one is let go. */
export function sliders(
  form: HTMLFormElement,
  first: Settings,
  onChange: (key: keyof Settings, value: number) => void,
): void {
  form.append(...SLIDERS.map((spec) => slider(spec, first[spec.key], (value) => onChange(spec.key, value))));
}
