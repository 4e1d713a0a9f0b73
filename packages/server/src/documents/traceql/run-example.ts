// SPDX-License-Identifier: Apache-2.0
//
// Runs an example of docs/traceql.md over HTTP and writes its answer in the document's own short form.
import type {
  TempoKeyValueJson,
  TempoQueryInstantJson,
  TempoQueryRangeJson,
  TempoSearchJson,
  TempoSpanSetJson,
} from '@tracewell/protocols';
import { tryParseQuery } from '@tracewell/traceql';
import type { RealServer } from '../../testing/real-server.ts';
import type { Example } from './example.ts';
import { SHOP_START, shopSpans, shopTraceIds } from './shop.ts';

const MILLISECOND = 1_000_000n;

/** The lines of the answer. */
export async function runExample(example: Example, real: RealServer): Promise<string[]> {
  const lines = await linesOf(example, real);
  const { shows } = example;
  return typeof shows === 'object' ? lines.filter((line) => line.includes(shows.only)) : lines;
}

async function linesOf({ query, shows }: Example, real: RealServer): Promise<string[]> {
  const metrics = { q: query, start: String(SHOP_START), end: String(SHOP_START + 100n * MILLISECOND) };
  if ((tryParseQuery(query)?.body.kind ?? 'pipeline') === 'pipeline') {
    const answer = await real.get('/api/search', { q: query, spss: 100 });
    return answer.status === 200
      ? searchLines(JSON.parse(answer.text) as TempoSearchJson, shows)
      : [first(answer.text)];
  }
  if (shows === 'over time') {
    const { text } = await real.get('/api/metrics/query_range', { ...metrics, step: '20ms' });
    const { series } = JSON.parse(text) as TempoQueryRangeJson;
    return series.map(({ labels, samples }) => `${labelText(labels)} ${samples.map(({ value }) => value).join(' ')}`);
  }
  const { status, text } = await real.get('/api/metrics/query', metrics);
  return status === 200
    ? (JSON.parse(text) as TempoQueryInstantJson).series.map(
        ({ labels, value }) =>
          `${labelText(labels)} ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`
      )
    : [first(text)];
}

const first = (text: string): string => text.split('\n')[0] ?? '';

/** Names of the drawn spans by their ids. */
const names = new Map(shopSpans().map(({ spanId, name }) => [spanId, name]));

function searchLines({ traces }: TempoSearchJson, shows: Example['shows']): string[] {
  return traces.flatMap(({ traceID, spanSets = [] }) => {
    const [name = traceID] = Object.entries(shopTraceIds).find(([, id]) => id.endsWith(traceID)) ?? [];
    return spanSets.map((set) => `${name}: ${spanSetText(set, shows)}`);
  });
}

function spanSetText({ spans = [], attributes = [] }: TempoSpanSetJson, shows: Example['shows']): string {
  const shown = spans.map((span) => {
    const own = (span.attributes ?? []).map(({ key, value }) => `${key}=${plain(value)}`).join(' ');
    return `${names.get(span.spanID) ?? span.spanID}${shows === 'attributes' ? `(${own})` : ''}`;
  });
  const whole = attributes.map(({ key, value }) => `${key}=${plain(value)}`).join(', ');
  return `${shown.join(', ')}${whole === '' ? '' : ` [${whole}]`}`;
}

function labelText(labels: readonly TempoKeyValueJson[] = []): string {
  const texts = labels.map(({ key, value }) =>
    'stringValue' in value ? `${key}="${value.stringValue}"` : `${key}=${plain(value)}`
  );
  return `{${texts.join(', ')}}`;
}

const plain = (value: TempoKeyValueJson['value']): string => String(Object.values(value)[0]);
