/** One self-contained page: no script, no font, nothing fetched. */
import { writeFile } from 'node:fs/promises';
import type { Comparison } from '../compare/compare-runs.ts';
import type { Evaluation } from '../figures/evaluate-run.ts';
import { type Figure, findFigure } from '../figures/figure.ts';
import type { About } from '../run-about.ts';
import { definitionOf, shownInterval, shownValue } from '../shown.ts';
import { comparisonSection, worstSection } from './case-sections.ts';
import {
  bodyPartSection,
  endToEndSection,
  gradesSection,
  jointsSection,
  patientsSection,
  readersSection,
  stepsSection,
  timesSection,
} from './figure-sections.ts';
import { Html, html, section } from './html.ts';
import { STYLE } from './style.ts';

export type ReportContent = {
  about: About;
  evaluation: Evaluation;
  comparison: Comparison | undefined;
  withImages: boolean;
};

export async function writeReport(path: string, content: ReportContent): Promise<void> {
  await writeFile(path, await reportPage(content));
}

const HEADLINES = [
  'end-to-end.accuracy',
  'end-to-end.always-0-accuracy',
  'grades.quadratic-kappa',
  'grades.balanced-accuracy',
  'body-part.left-hands-rejected',
  'joints.found',
  'patients.r',
  'times.last-joint-median',
];

export async function reportPage({
  about,
  evaluation,
  comparison,
  withImages,
}: ReportContent): Promise<string> {
  const { figures } = evaluation;
  const sections = [
    comparison && (await comparisonSection(comparison, withImages)),
    await endToEndSection(evaluation),
    await stepsSection(evaluation),
    await gradesSection(evaluation),
    await patientsSection(evaluation),
    await readersSection(evaluation),
    await jointsSection(evaluation),
    await bodyPartSection(evaluation),
    await timesSection(evaluation),
    await worstSection(evaluation, withImages),
  ].filter((one) => one !== undefined);
  const links = sections.flatMap(({ text }) => {
    const [, id, title] = /<section id="([^"]+)"><h2>([^<]+)/.exec(text) ?? [];
    return id ? [html`<a href="#${id}">${new Html(title!)}</a>`] : [];
  });
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>DeepXRay: evaluation of ${about.dataset}</title><style>${new Html(STYLE)}</style></head><body>
<header><h1>Quality of the whole</h1>
<p>${about.dataset}: ${about.films} films of ${about.patients} patients, ${about.leftHands} of them left hands. Reference: ${about.reference ?? 'none'}. Models: ${about.models.join(', ') || 'none answered'}.</p>
<p class="quiet">For research use only. Computed ${about.evaluatedAt.slice(0, 16).replace('T', ' ')} UTC; 95 % intervals by ${about.bootstrap.draws} bootstrap draws of patients, seed ${about.bootstrap.seed}.</p>
${about.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
<div class="cards">${HEADLINES.flatMap((id) => card(findFigure(figures, id)))}</div>
<nav>${links}</nav></header>
${sections}
${section('denominators', 'What the figures are of', html`<ul>${about.denominators.map((line) => html`<li>${line}</li>`)}</ul>`)}
</body></html>
`;
  return page.text;
}

const card = (figure: Figure | undefined): Html[] =>
  figure && figure.low !== null
    ? [
        html`<div class="card"><span>${sectionName(figure)}</span><b>${shownValue(figure)}</b><span>${definitionOf(figure).title} ${shownInterval(figure)}</span></div>`,
      ]
    : [];

const sectionName = ({ id }: Figure): string => id.split('.')[0]!.replaceAll('-', ' ');
