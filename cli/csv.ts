/** RFC 4180: what spreadsheets, R and pandas read alike. Pure. */

export const csvLine = (cells: readonly (string | number | boolean | undefined)[]): string =>
  `${cells.map((cell) => quoted(cell === undefined ? '' : String(cell))).join(',')}\n`;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Whole rows only: a last line without its end, as a killed writer leaves it, is left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let inQuotes = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (inQuotes) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else inQuotes = false;
    } else if (character === '"') {
      inQuotes = true;
    } else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\n') {
      rows.push([...row, cell.endsWith('\r') ? cell.slice(0, -1) : cell]);
      row = [];
      cell = '';
    } else {
      cell += character;
    }
  }
  return rows;
}
