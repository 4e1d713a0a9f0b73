// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '@tracewell/traceql';
import { addAdHocFilters, interpolate } from './interpolate.ts';

interface Variable {
  readonly value: string | readonly string[];
  readonly multi?: boolean;
}

/** Grafana's template service, as far as it matters here: values go through the format, unknown names stay. */
function withVariables(query: string, variables: Readonly<Record<string, Variable>>): string {
  return interpolate(query, (text, format) =>
    text.replace(/\$\{(\w+)\}|\$(\w+)|\[\[(\w+)\]\]/g, (whole, ...names: (string | undefined)[]) => {
      const variable = variables[names.slice(0, 3).find((name) => name !== undefined) ?? ''];
      return variable === undefined ? whole : format(variable.value, { multi: variable.multi === true });
    })
  );
}

describe('a variable in TraceQL', () => {
  const one = { value: 'say "hi"' };
  const several = { value: ['a.b', 'c|d'], multi: true };

  test.each([
    ['in quotes is escaped', '{ name = "$v" }', one, '{ name = "say \\"hi\\"" }'],
    ['without quotes gets them where a value is due', '{ name = $v }', one, '{ name = "say \\"hi\\"" }'],
    ['that is a literal stays one', '{ duration > $v }', { value: '100ms' }, '{ duration > 100ms }'],
    ['that is a status stays one', '{ status = ${v} }', { value: 'error' }, '{ status = error }'],
    ['may be a whole query', '$v', { value: '{ status = error }' }, '{ status = error }'],
    ['may be a trace id', '[[v]]', { value: '4bf92f3577b34da6' }, '4bf92f3577b34da6'],
    ['typed as a regular expression stays one', '{ name =~ "$v" }', { value: 'GET .*' }, '{ name =~ "GET .*" }'],
    [
      'chosen from a list is no regular expression',
      '{ name =~ "$v" }',
      { value: ['a.b'], multi: true },
      '{ name =~ "a\\\\.b" }',
    ],
    ['with several values', '{ name =~ "$v" }', several, '{ name =~ "a\\\\.b|c\\\\|d" }'],
    ['with several values and =', '{ name = "$v" && true }', several, '{ name =~ "a\\\\.b|c\\\\|d" && true }'],
    ['with several values, != and no quotes', '{ name != $v }', several, '{ name !~ "a\\\\.b|c\\\\|d" }'],
    ['as a name to split by', '{} | rate() by ($v)', { value: 'name' }, '{} | rate() by (name)'],
    [
      'as several names to split by',
      '{} | rate() by (.a, ${v})',
      { value: ['name', 'span."x y"'], multi: true },
      '{} | rate() by (.a, name, span."x y")',
    ],
    [
      'as a number',
      '{} | quantile_over_time(duration, $v)',
      { value: '0.9' },
      '{} | quantile_over_time(duration, 0.9)',
    ],
    ['amid text', '{ name = "GET /$v" }', { value: 'cart' }, '{ name = "GET /cart" }'],
    ['unknown stays', '{ name = "$other" }', one, '{ name = "$other" }'],
  ])('%s', (_, query, variable, expected) => {
    expect(withVariables(query, { v: variable })).toBe(expected);
  });

  test('can never leave its quotes', () => {
    const query = withVariables('{ name = "$v" }', { v: { value: '" || true || name = "\\' } });
    const { body } = parseQuery(query);
    expect(body).toMatchObject({
      stages: [{ expression: { kind: 'binary', operator: '=', right: { value: '" || true || name = "\\' } } }],
    });
  });
});

describe('ad hoc filters', () => {
  const service = { key: 'resource.service.name', operator: '=', value: 'cart' };
  test.each([
    ['on everything', '', [service], '{ resource.service.name = "cart" }'],
    ['on an empty filter', '{} | count() > 3', [service], '{ resource.service.name = "cart" } | count() > 3'],
    [
      'in a filter',
      '{ status = error } | select(name)',
      [service],
      '{ status = error && resource.service.name = "cart" } | select(name)',
    ],
    [
      'with alternatives',
      '{ kind = server || kind = client }',
      [service],
      '{ (kind = server || kind = client) && resource.service.name = "cart" }',
    ],
    [
      'on several spansets',
      '{ kind = server } >> { kind = client }',
      [service],
      '({ kind = server } >> { kind = client }) && { resource.service.name = "cart" }',
    ],
    [
      'on a metric',
      '{ kind = server || kind = client } | rate() by (name)',
      [service],
      '{ (kind = server || kind = client) && resource.service.name = "cart" } | rate() by (name)',
    ],
    [
      'on both sides of an operation',
      '({ status = error } | rate()) / ({} | rate())',
      [service],
      '({ status = error && resource.service.name = "cart" } | rate()) / ({ resource.service.name = "cart" } | rate())',
    ],
    [
      'on a metric of several spansets',
      '{ .a } >> { .b } | rate()',
      [service],
      '{ .a } >> { .b } | { resource.service.name = "cart" } | rate()',
    ],
    ['none', '{ status = error }', [], '{ status = error }'],
    ['on what is no TraceQL', '{ foo }', [service], '{ foo }'],
    ['of an intrinsic', '', [{ key: 'status', operator: '=', value: 'error' }], '{ status = error }'],
    ['without a scope', '', [{ key: 'http.route', operator: '=~', value: '/a.*' }], '{ .http.route =~ "/a.*" }'],
    [
      'one of several',
      '',
      [{ key: 'name', operator: '=|', value: 'a', values: ['a.', 'b'] }],
      '{ name =~ "a\\\\.|b" }',
    ],
    [
      'of what may be a number',
      '',
      [{ key: 'span.code', operator: '=', value: '5' }],
      '{ (span.code = "5" || span.code = 5) }',
    ],
  ])('%s', (_, query, filters, expected) => {
    expect(addAdHocFilters(query, filters)).toBe(expected);
  });
});
