// SPDX-License-Identifier: Apache-2.0
//
// Small charts beside each other as one SVG: each with its own scale, axes with units, and minutes below.
import { measures, type Measure, type Sample } from './sample.ts';
import { warmUpShare } from './trend.ts';

const columns = 3;
const chart = { width: 400, height: 190, left: 58, right: 14, top: 34, bottom: 34 };
const colours = ['#1f60c4', '#d9480f', '#2b8a3e'];
const gap = 12;
const head = 56;

/** The charts of all measures. `title` stands above them. */
export function plot(title: string, samples: readonly Sample[]): string {
  const names = [...new Set(measures.map((one) => one.chart))];
  const rows = Math.ceil(names.length / columns);
  const width = columns * (chart.width + gap) + gap;
  const height = head + rows * (chart.height + gap);
  const charts = names.map((name, index) => {
    const x = gap + (index % columns) * (chart.width + gap);
    const y = head + Math.floor(index / columns) * (chart.height + gap);
    return `<g transform="translate(${String(x)} ${String(y)})">${chartOf(
      name,
      measures.filter((one) => one.chart === name),
      samples
    )}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" font-family="Inter, Helvetica, Arial, sans-serif" font-size="11" fill="#495057">`,
    `<rect width="100%" height="100%" fill="#f1f3f5"/>`,
    `<text x="${String(gap)}" y="24" font-size="16" font-weight="600" fill="#212529">${escape(title)}</text>`,
    `<text x="${String(gap)}" y="43">time in minutes; the grey part is left out of the slopes</text>`,
    ...charts,
    '</svg>',
    '',
  ].join('\n');
}

function chartOf(name: string, lines: readonly Measure[], samples: readonly Sample[]): string {
  const { width, height, left, right, top, bottom } = chart;
  const minutes = samples.map(({ seconds }) => seconds / 60);
  const all = samples
    .flatMap(({ values }) => lines.map(({ key }) => values[key] ?? Number.NaN))
    .filter(Number.isFinite);
  const yTicks = ticks(0, Math.max(1e-9, ...all), 4);
  const xTicks = ticks(0, Math.max(1e-9, ...minutes), 6);
  const most = yTicks.at(-1) ?? 1;
  const end = Math.max(1e-9, ...minutes);
  const x = (value: number) => left + (value / end) * (width - left - right);
  const y = (value: number) => height - bottom - (value / most) * (height - top - bottom);
  const unit = lines[0]?.unit ?? '';
  const warm = minutes[Math.floor(minutes.length * warmUpShare)] ?? 0;
  const parts = [
    `<rect width="${String(width)}" height="${String(height)}" rx="4" fill="#ffffff"/>`,
    `<rect x="${n(x(0))}" y="${n(y(most))}" width="${n(x(warm) - x(0))}" height="${n(y(0) - y(most))}" fill="#f1f3f5"/>`,
    `<text x="12" y="20" font-size="12" font-weight="600" fill="#212529">${escape(name)}${unit === '' ? '' : ` (${escape(unit)})`}</text>`,
    ...yTicks.map(
      (tick) =>
        `<line x1="${n(x(0))}" x2="${n(x(end))}" y1="${n(y(tick))}" y2="${n(y(tick))}" stroke="#dee2e6"/>` +
        `<text x="${n(left - 6)}" y="${n(y(tick) + 4)}" text-anchor="end">${label(tick)}</text>`
    ),
    ...xTicks
      .filter((tick) => tick <= end)
      .map(
        (tick) =>
          `<line x1="${n(x(tick))}" x2="${n(x(tick))}" y1="${n(y(0))}" y2="${n(y(0) + 4)}" stroke="#868e96"/>` +
          `<text x="${n(x(tick))}" y="${n(y(0) + 17)}" text-anchor="middle">${label(tick)}</text>`
      ),
    `<line x1="${n(x(0))}" x2="${n(x(end))}" y1="${n(y(0))}" y2="${n(y(0))}" stroke="#868e96"/>`,
    ...lines.map(({ key }, index) => {
      const points = samples.map(({ values }, at) => ({ at: minutes[at] ?? 0, value: values[key] ?? Number.NaN }));
      return `<path d="${pathOf(points.map(({ at, value }) => [x(at), y(value)]))}" fill="none" stroke="${colours[index] ?? '#000'}" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round"/>`;
    }),
    ...(lines.length < 2 ? [] : lines.map(({ line }, index) => legend(line, index, lines.length))),
  ];
  return parts.join('\n');
}

function legend(line: string, index: number, count: number): string {
  const x = chart.width - chart.right - (count - index) * 70;
  return (
    `<line x1="${String(x)}" x2="${String(x + 14)}" y1="16" y2="16" stroke="${colours[index] ?? '#000'}" stroke-width="2"/>` +
    `<text x="${String(x + 19)}" y="20">${escape(line)}</text>`
  );
}

/** A line with gaps where there is no number. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  let isDown = false;
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(y)) {
        isDown = false;
        return '';
      }
      // Something to draw for a number that stands alone.
      const point = isDown ? `L${n(x)} ${n(y)}` : `M${n(x)} ${n(y)}h0`;
      isDown = true;
      return point;
    })
    .join('');
}

/** Round numbers from `least` to at least `most`. */
function ticks(least: number, most: number, count: number): number[] {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil((most - least) / step - 1e-9) + 1 }, (_, index) => least + index * step);
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function label(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
