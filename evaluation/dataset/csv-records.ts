/** A CSV with a header as records that know their line. Pure. */
import { parseCsv } from '../../cli/csv.ts';

export type CsvRecord = { line: number; cells: Record<string, string> };
export type CsvTable = { header: string[]; records: CsvRecord[]; problems: string[] };

/** Cells trimmed, empty lines left out; a row with too many or too few cells is a problem. */
export function readTable(text: string): CsvTable {
  const whole = text.replace(/^\uFEFF/, '').replace(/\n*$/, '\n');
  const rows = parseCsv(whole);
  const problems: string[] = [];
  const header = (rows[0] ?? []).map((name) => name.trim());
  if (header.length === 1 && /[;\t]/.test(header[0]!)) {
    problems.push(
      'line 1: columns are separated by commas, not by semicolons or tabs: export it again as CSV',
    );
    return { header, records: [], problems };
  }
  let line = 1;
  const records: CsvRecord[] = [];
  for (const [at, row] of rows.entries()) {
    const startsAt = line;
    line += 1 + row.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0);
    if (at === 0 || row.every((cell) => cell.trim() === '')) continue;
    if (row.length !== header.length) {
      problems.push(`line ${startsAt}: ${row.length} cells where the header has ${header.length}`);
      continue;
    }
    const cells = Object.fromEntries(header.map((name, column) => [name, row[column]!.trim()]));
    records.push({ line: startsAt, cells });
  }
  const lines = whole.split('\n').length - 1;
  if (line - 1 < lines) problems.push(`line ${line}: a quote is opened here or later and never closed`);
  return { header, records, problems };
}
