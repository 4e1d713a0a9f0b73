// SPDX-License-Identifier: Apache-2.0
//
// Everything that a span has, most telling first. It stays while the selection walks; which sections are open is kept by
// the host, so that the same part of each span can be compared.

import { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, IconButton, LinkButton, useStyles2, useTheme2 } from '@grafana/ui';
import { spanKinds, statusCodes, type SpanIndex, type Trace } from '@tracewell/trace';
import { formatCount, formatDuration, formatTime, formatShare, timeTooltip } from '../../format/index.ts';
import type { Host } from '../../host.ts';
import { serviceSwatch } from '../../theme/index.ts';
import { problemText } from '../analysis/problem-text.ts';
import type { TraceAnalysis } from '../analysis/trace-analysis.ts';
import type { ClockCorrectionState } from '../state/use-clock-correction.ts';
import { toOtlpResource, toOtlpScope, toOtlpSpan } from '../export/otlp-json.ts';
import { traceTestIds } from '../test-ids.ts';
import { AttributeTable } from './AttributeTable.tsx';
import { groupAttributes } from './attribute-groups.ts';
import { EventList } from './EventList.tsx';
import { FieldList } from './FieldList.tsx';
import { LinkList } from './LinkList.tsx';
import { JsonText } from './JsonText.tsx';
import { WhatHappened } from './WhatHappened.tsx';
import { Section } from './Section.tsx';

interface DetailsPanelProps {
  readonly host: Host;
  readonly trace: Trace;
  readonly analysis: TraceAnalysis;
  /** The panel shows times as sent, and by how much a span was moved. */
  readonly clock: ClockCorrectionState;
  readonly span: SpanIndex;
  /** Size of the fold that the selected row stands for, 0 if it is a single span. */
  readonly similar: number;
  readonly onFilter: (condition: string) => void;
  readonly onShowSpan: (span: SpanIndex) => void;
  readonly onClose: () => void;
}

const SETTING = 'trace.detailSections';
const closedAtFirst = new Set(['Scope', 'All fields', 'JSON']);

function getStyles(theme: GrafanaTheme2) {
  return {
    panel: css({
      height: '100%',
      overflowY: 'auto',
      padding: theme.spacing(1, 1.5, 2),
      background: theme.colors.background.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
    }),
    head: css({ display: 'flex', alignItems: 'flex-start', gap: theme.spacing(1) }),
    color: css({ width: 4, height: 34, borderRadius: 1, flex: 'none', marginTop: 2 }),
    title: css({
      margin: 0,
      fontSize: theme.typography.body.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      overflowWrap: 'anywhere',
      lineHeight: 1.3,
    }),
    service: css({ color: theme.colors.text.secondary }),
    grow: css({ flex: 1, minWidth: 0 }),
    row: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center', marginTop: 6 }),
    group: css({
      margin: theme.spacing(1, 0, 0),
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightMedium,
    }),
    link: css({
      display: 'inline-block',
      marginTop: theme.spacing(1),
      color: theme.colors.text.link,
      '&:hover': { textDecoration: 'underline' },
    }),
    dropped: css({ color: theme.colors.warning.text }),
    hint: css({ color: theme.colors.warning.text, marginTop: 6 }),
  };
}

function readClosed(host: Host): ReadonlySet<string> {
  const stored = host.settings.get(SETTING);
  return Array.isArray(stored) ? new Set(stored.filter((item) => typeof item === 'string')) : closedAtFirst;
}

/** The details of one span. */
export function DetailsPanel(props: DetailsPanelProps) {
  const { host, trace, analysis, clock, span: index, onFilter } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [closed, setClosed] = useState(() => readClosed(host));
  const span = clock.sent.spanAt(clock.sentIndex(index));
  const moved = clock.shiftOf(index);
  const service = trace.serviceNames[trace.services[index] ?? 0] ?? '';
  const start = trace.starts[index] ?? 0;
  const duration = span.endUnixNano - span.startUnixNano;
  const self = analysis.selfTimes[index] ?? 0;
  const children = trace.childCounts[index] ?? 0;
  const links = host.spanLinks?.(clock.sent, clock.sentIndex(index)) ?? [];
  const problems = analysis.problemsOf.get(index) ?? [];
  const parent = trace.parents[index] ?? -1;

  const searchHref = (condition: string): string => host.navigation.href('search', { q: `{ ${condition} }` });
  const section = (title: string): { title: string; open: boolean; onToggle: () => void } => ({
    title,
    open: !closed.has(title),
    onToggle: () => {
      const next = new Set(closed);
      if (!next.delete(title)) next.add(title);
      setClosed(next);
      host.settings.set(SETTING, Array.from(next));
    },
  });
  const dropped = (count: number, what: string) =>
    count > 0 && (
      <div className={styles.dropped}>
        {formatCount(count)} {what} were dropped by the sender
      </div>
    );

  return (
    <aside className={styles.panel} aria-label="Span details" data-testid={traceTestIds.details} tabIndex={0}>
      <div className={styles.head}>
        <span className={styles.color} style={{ background: serviceSwatch(service, theme) }} />
        <div className={styles.grow}>
          <h2 className={styles.title}>{span.name}</h2>
          <div className={styles.service}>
            {service} &middot; {spanKinds[span.kind] ?? `kind ${span.kind}`}
            {props.similar > 1 && ` \u00b7 the first of ${formatCount(props.similar)} similar ones`}
          </div>
        </div>
        <IconButton name="times" tooltip="Close (Enter)" aria-label="Close the details" onClick={props.onClose} />
      </div>
      <div className={styles.row}>
        {span.statusCode === 2 && <Badge color="red" icon="exclamation-circle" text="error" />}
        {span.statusCode !== 2 && span.statusCode !== 0 && (
          <Badge
            color={span.statusCode === 1 ? 'green' : 'orange'}
            text={statusCodes[span.statusCode] ?? `status ${span.statusCode}`}
          />
        )}
        {links.map((link) => (
          <LinkButton
            key={`${link.title} ${link.href}`}
            href={link.href}
            target={link.target}
            onClick={link.onClick}
            size="sm"
            variant="secondary"
            icon={link.icon === 'metrics' ? 'chart-line' : link.icon === 'logs' ? 'list-ul' : 'external-link-alt'}
          >
            {link.title}
          </LinkButton>
        ))}
      </div>
      {problems.map((problem, k) => (
        <div key={k} className={styles.hint}>
          {problemText(problem, trace)}.
        </div>
      ))}
      <WhatHappened span={span} />
      <Section {...section('Times')}>
        <FieldList
          fields={[
            {
              name: 'Start',
              value: `+ ${formatDuration(start)} \u00b7 ${formatTime(span.startUnixNano, host.time.timeZone, Date.now())}${moved === 0 ? '' : ' as sent'}`,
              hover: timeTooltip(span.startUnixNano),
            },
            {
              name: 'Moved by',
              value: moved === 0 ? '' : `${moved < 0 ? '\u2212' : '+'} ${formatDuration(Math.abs(moved))}`,
              hover: 'Its clock disagrees with that of its caller; everything here that is not relative is as sent',
            },
            { name: 'Duration', value: formatDuration(duration), hover: `${duration.toLocaleString('en-US')} ns` },
            {
              name: 'Own work',
              value: `${formatDuration(self)} (${formatShare(self, Number(duration))})`,
              hover: 'Time in which none of its children ran',
            },
            { name: 'Of the trace', value: formatShare(Number(duration), trace.duration) },
            {
              name: 'Critical path',
              value:
                analysis.onCriticalPath[index] === 1 ? formatDuration(sum(analysis.criticalOf(index))) : 'not on it',
              hover: 'Time in which the end of the trace waited for this span',
            },
          ]}
        />
      </Section>
      {span.attributes.length > 0 && (
        <Section {...section('Attributes')} note={formatCount(span.attributes.length)}>
          {groupAttributes(span.attributes).map((group, _, all) => (
            <div key={group.title}>
              {all.length > 1 && <h4 className={styles.group}>{group.title}</h4>}
              <AttributeTable
                attributes={group.attributes}
                scope="span"
                onFilter={onFilter}
                searchHref={searchHref}
                label={`${group.title} attributes`}
              />
            </div>
          ))}
        </Section>
      )}
      {dropped(span.droppedAttributesCount, 'attributes')}
      {span.events.length > 0 && (
        <Section {...section('Events')} note={formatCount(span.events.length)}>
          <EventList key={index} span={span} onFilter={onFilter} searchHref={searchHref} />
        </Section>
      )}
      {dropped(span.droppedEventsCount, 'events')}
      {span.links.length > 0 && (
        <Section {...section('Links')} note={formatCount(span.links.length)}>
          <LinkList
            host={host}
            trace={trace}
            links={span.links}
            onShowSpan={props.onShowSpan}
            onFilter={onFilter}
            searchHref={searchHref}
          />
        </Section>
      )}
      {dropped(span.droppedLinksCount, 'links')}
      <Section {...section('Resource')} note={formatCount(span.resource.attributes.length)}>
        <AttributeTable
          attributes={span.resource.attributes}
          scope="resource"
          onFilter={onFilter}
          searchHref={searchHref}
          label="Resource attributes"
        />
        {dropped(span.resource.droppedAttributesCount, 'resource attributes')}
      </Section>
      <a className={styles.link} href={searchHref(`link:spanID = "${span.spanId}"`)}>
        Search for spans that link to this one
      </a>
      <Section {...section('Scope')} note={span.scope.name}>
        <FieldList
          fields={[
            { name: 'Name', value: span.scope.name },
            { name: 'Version', value: span.scope.version },
            { name: 'Schema', value: span.scope.schemaUrl },
          ]}
        />
        <AttributeTable
          attributes={span.scope.attributes}
          scope="instrumentation"
          onFilter={onFilter}
          searchHref={searchHref}
          label="Scope attributes"
        />
        {dropped(span.scope.droppedAttributesCount, 'scope attributes')}
      </Section>
      <Section {...section('All fields')}>
        <FieldList
          fields={[
            { name: 'Span id', value: span.spanId, copy: true },
            { name: 'Parent span id', value: span.parentSpanId, copy: true },
            { name: 'Trace id', value: span.traceId, copy: true },
            { name: 'Trace state', value: span.traceState, copy: true },
            { name: 'Flags', value: `0x${span.flags.toString(16).padStart(2, '0')}` },
            { name: 'Kind', value: `${span.kind} (${spanKinds[span.kind] ?? 'unknown'})` },
            { name: 'Status', value: `${span.statusCode} (${statusCodes[span.statusCode] ?? 'unknown'})` },
            { name: 'Start', value: `${span.startUnixNano} ns`, hover: timeTooltip(span.startUnixNano), copy: true },
            { name: 'End', value: `${span.endUnixNano} ns`, hover: timeTooltip(span.endUnixNano), copy: true },
            { name: 'Dropped attributes', value: String(span.droppedAttributesCount) },
            { name: 'Dropped events', value: String(span.droppedEventsCount) },
            { name: 'Dropped links', value: String(span.droppedLinksCount) },
            { name: 'Resource schema', value: span.resource.schemaUrl },
            { name: 'Children', value: formatCount(children) },
            { name: 'Depth', value: String((trace.depths[index] ?? 0) + 1) },
            { name: 'Parent', value: parent < 0 ? '' : (trace.names[parent] ?? '') },
          ]}
        />
      </Section>
      <Section {...section('JSON')}>
        <JsonText
          value={{ span: toOtlpSpan(span), resource: toOtlpResource(span.resource), scope: toOtlpScope(span.scope) }}
        />
      </Section>
    </aside>
  );
}

function sum(intervals: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k + 1 < intervals.length; k += 2) total += (intervals[k + 1] ?? 0) - (intervals[k] ?? 0);
  return total;
}
