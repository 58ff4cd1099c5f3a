/** HTML in which whatever is put in is text: a span's attributes may hold anything. */

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function html(parts: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  const filled = values.map((value) => {
    if (value instanceof Html) return value.text;
    if (Array.isArray(value)) return value.map((one) => one.text).join('');
    return String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
  });
  return new Html(parts.map((part, index) => part + (filled[index] ?? '')).join(''));
}
