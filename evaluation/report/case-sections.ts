/** Single films and joints: the worst cases, and what another run changed. */
import type { Comparison } from '../compare/compare-runs.ts';
import { shownJoint } from '../figures/cases.ts';
import type { Evaluation } from '../figures/evaluate-run.ts';
import { comparisonOf } from '../print-summary.ts';
import { cropOf, overlayOf } from './film-images.ts';
import { figureTable, Html, html, section, table } from './html.ts';
import { worstFilms, worstJoints, wronglyJudged } from './worst-cases.ts';

const image = (uri: string | undefined, text: string): Html | undefined =>
  uri === undefined ? undefined : html`<img src="${new Html(uri)}" alt="${text}">`;

export async function worstSection(
  { scored, films }: Evaluation,
  withImages: boolean,
): Promise<Html | undefined> {
  const joints = worstJoints(scored);
  const judged = wronglyJudged(films);
  if (joints.length === 0 && judged.length === 0) return undefined;
  const cases = await Promise.all(
    joints.map(async (one) => {
      const { film, joint, answer, reference } = one;
      const crop = withImages ? image(await cropOf(one), `${shownJoint(joint)} of ${film.image}`) : undefined;
      const percent = reference.percent === undefined ? '' : ` (${reference.percent.toFixed(0)} %)`;
      return html`<div class="case">${crop}<b>${shownJoint(joint)}: ${answer.score} for ${reference.grade}</b><br>answered ${answer.score} (${answer.erosionPercent.toFixed(0)} %), reference ${reference.grade}${percent}${answer.doubtful ? ', doubtful' : ''}<br><span class="quiet">${film.image}</span></div>`;
    }),
  );
  return section(
    'worst',
    'Worst cases',
    joints.length === 0
      ? undefined
      : html`<p>Joints whose grade is furthest off; of equal error, those that the model was surest of.</p><div class="cases">${cases}</div>`,
    withImages
      ? await overlays({ scored, films })
      : html`<p class="quiet">Without pictures of films: --with-images puts them in.</p>`,
    judged.length === 0
      ? undefined
      : html`<h3>Films that were refused or let in wrongly: ${judged.length}</h3>${table(
          ['film', 'shows', 'taken for', 'probability'],
          judged
            .slice(0, 40)
            .map(({ film, record }) => [
              film.image,
              film.bodyPart,
              record.bodyPart?.kind,
              record.bodyPart?.probability?.toFixed(3) ?? '–',
            ]),
        )}`,
  );
}

async function overlays({ scored, films }: Pick<Evaluation, 'scored' | 'films'>): Promise<Html> {
  const drawn = await Promise.all(
    worstFilms(scored).map(async ({ film, error }) => {
      const { record } = films.find((one) => one.film === film)!;
      const picture = image(await overlayOf({ film, record }), `${film.image} with what was answered`);
      return html`<figure>${picture}<figcaption><b>${error} grades off in all.</b> ${film.image}</figcaption></figure>`;
    }),
  );
  return html`<h3>Films that are furthest off, with what was answered</h3><div class="plots overlays">${drawn}</div>`;
}

const COMPARED = {
  'end-to-end': 'End to end',
  grades: 'Grades of joints that both scored',
  joints: 'Joints',
  'body-part': 'Body part',
};

/** What is the same in both is left out. */
const differenceTables = ({ figures }: Comparison): Html[] =>
  Object.entries(COMPARED).flatMap(([name, title]) => {
    const own = figures.filter(
      ({ id, value }) => id.startsWith(`compare.${name}.`) && value !== null && value !== 0,
    );
    return own.length === 0 ? [] : [html`<h3>${title}</h3>${figureTable(own)}`];
  });

const MOST_CHANGED = 30;

export async function comparisonSection(comparison: Comparison, withImages: boolean): Promise<Html> {
  const changed = comparison.changed.slice(0, MOST_CHANGED);
  const rows = await Promise.all(
    changed.map(async ({ film, joint, reference, before, after, worseBy }) => [
      film.image,
      shownJoint(joint),
      reference,
      before.answer?.score ?? `– (${before.lost?.reason})`,
      after.answer?.score ?? `– (${after.lost?.reason})`,
      worseBy > 0 ? `worse by ${worseBy}` : worseBy < 0 ? `better by ${-worseBy}` : 'as far off',
      ...(withImages
        ? [image(await cropOf(after.answer ? after : before), `${joint} of ${film.image}`)]
        : []),
    ]),
  );
  return section(
    'comparison',
    'Compared with the other run',
    comparisonOf(comparison).map((line) => html`<p>${line}</p>`),
    html`<p>Each figure is this run's less the other's, on the joints or films of both; intervals by bootstrap over patients.</p>`,
    differenceTables(comparison),
    html`<h3>Joints that changed, worst first${comparison.changed.length > changed.length ? ` (${changed.length} of ${comparison.changed.length})` : ''}</h3>`,
    html`<div class="scroll">${table(['film', 'joint', 'reference', 'before', 'now', '', ...(withImages ? ['crop'] : [])], rows)}</div>`,
  );
}
