// SPDX-License-Identifier: Apache-2.0
//
// What is known of the chosen service or call: rate, errors and latency, who calls it and whom it calls, and the way
// to its traces.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, LinkButton, useStyles2, useTheme2 } from '@grafana/ui';
import { formatRate, Sparkline } from '../charts/index.ts';
import { formatDuration, formatShare } from '../format/index.ts';
import type { GraphWords, Host, ServiceEdge, ServiceGraph, SpanLinkTarget, TrafficStats } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { serviceSwatch } from '../theme/index.ts';
import { edgeQuery, neighbours, nodeQuery } from './focus.ts';
import type { Chosen } from './chosen.ts';
import { describeTraffic } from './traffic-text.ts';

interface Props {
  readonly host: Host;
  readonly graph: ServiceGraph;
  readonly chosen: NonNullable<Chosen>;
  readonly seconds: number;
  /** Lies over the map, for want of room beside it. */
  readonly over: boolean;
  readonly onChoose: (chosen: Chosen) => void;
  readonly onFocus: (node: string) => void;
}

export function ServicePanel({ host, graph, chosen, seconds, over, onChoose, onFocus }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const nodeOf = (id: string) => graph.nodes.find((node) => node.id === id);
  const close = <IconButton name="times" aria-label="Close" onClick={() => onChoose(undefined)} />;

  if ('edge' in chosen) {
    const edge = graph.edges.find(({ client, server }) => client === chosen.edge[0] && server === chosen.edge[1]);
    const client = nodeOf(chosen.edge[0]);
    const server = nodeOf(chosen.edge[1]);
    if (edge === undefined || client === undefined || server === undefined) {
      return null;
    }
    return (
      <aside
        className={cx(styles.panel, over && styles.over)}
        data-testid={testIds.services.panel}
        aria-label={`${client.name} calls ${server.name}`}
      >
        <header className={styles.header}>
          <h2 className={styles.title}>
            {client.name} {'\u2192'} {server.name}
          </h2>
          {close}
        </header>
        <Stats stats={edge} seconds={seconds} />
        <div className={styles.links}>
          {edge.words === undefined && (
            <>
              <TracesLink href={host.navigation.href('search', { q: edgeQuery(client, server) })} />
              <TracesLink
                label="Show traces with errors"
                href={host.navigation.href('search', { q: `${edgeQuery(client, server)} && { status = error }` })}
              />
            </>
          )}
          <OtherLinks links={edge.links} />
        </div>
      </aside>
    );
  }

  const node = nodeOf(chosen.node);
  if (node === undefined) {
    return null;
  }
  const { callers, callees } = neighbours(graph, node.id);
  const calls = (edges: readonly ServiceEdge[], other: 'client' | 'server') => (
    <ul className={styles.calls}>
      {edges.map((edge) => (
        <li key={`${edge.client} ${edge.server} ${edge.kind}`}>
          <button type="button" className={styles.call} onClick={() => onChoose({ edge: [edge.client, edge.server] })}>
            <span>{nodeOf(edge[other])?.name ?? edge[other]}</span>
            <span className={styles.number}>{describeTraffic(edge, seconds)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <aside
      className={cx(styles.panel, over && styles.over)}
      data-testid={testIds.services.panel}
      aria-label={node.name}
    >
      <header className={styles.header}>
        <span className={styles.dot} style={{ background: serviceSwatch(node.name, theme) }} />
        <h2 className={styles.title}>{node.name}</h2>
        {node.kind !== 'service' && <span className={styles.kind}>{node.kind}</span>}
        <IconButton
          name="crosshair"
          aria-label="Focus on this"
          tooltip="Focus on this"
          onClick={() => onFocus(node.id)}
        />
        {close}
      </header>
      {node.requests > 0 && (
        <>
          <Stats stats={node} seconds={seconds} />
          {node.requestsOverTime.length > 0 && (
            <Sparkline
              values={node.requestsOverTime}
              errors={node.errorsOverTime}
              width={256}
              height={40}
              label={`Requests to ${node.name} over time, errors in red`}
            />
          )}
        </>
      )}
      <div className={styles.links}>
        {node.words === undefined && <TracesLink href={host.navigation.href('search', { q: nodeQuery(node) })} />}
        {node.words === undefined && node.errors > 0 && node.kind === 'service' && (
          <TracesLink
            label="Show its failed spans"
            href={host.navigation.href('search', { q: nodeQuery(node).replace(/ }$/, ' && status = error }') })}
          />
        )}
        <OtherLinks links={node.links} />
      </div>
      <h3 className={styles.caption}>Called by</h3>
      {callers.length === 0 ? <p className={styles.none}>Nobody in this time range</p> : calls(callers, 'client')}
      <h3 className={styles.caption}>Calls</h3>
      {callees.length === 0 ? <p className={styles.none}>Nothing in this time range</p> : calls(callees, 'server')}
    </aside>
  );
}

function TracesLink({ href, label = 'Show traces' }: { href: string; label?: string }) {
  return (
    <LinkButton href={href} size="sm" variant="secondary" icon="search" data-testid={testIds.services.showTraces}>
      {label}
    </LinkButton>
  );
}

/** Links that came with the graph. */
function OtherLinks({ links = [] }: { links?: readonly SpanLinkTarget[] }) {
  return links.map((link) => (
    <LinkButton
      key={`${link.title} ${link.href}`}
      href={link.href}
      target={link.target}
      onClick={link.onClick}
      size="sm"
      variant="secondary"
    >
      {link.title}
    </LinkButton>
  ));
}

function Stats({ stats, seconds }: { stats: TrafficStats & { readonly words?: GraphWords }; seconds: number }) {
  const styles = useStyles2(getStyles);
  if (stats.words !== undefined) {
    return (
      <dl className={cx(styles.stats, styles.words)}>
        {stats.words.stats.map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    );
  }
  const cells: readonly (readonly [string, string])[] = [
    ['rate', formatRate(stats.requests / Math.max(1, seconds))],
    ['errors', formatShare(stats.errors, stats.requests)],
    ['p50', formatDuration(stats.p50)],
    ['p95', formatDuration(stats.p95)],
    ['p99', formatDuration(stats.p99)],
  ];
  return (
    <dl className={styles.stats}>
      {cells.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={name === 'errors' && stats.errors > 0 ? styles.bad : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    panel: css({
      flex: '0 0 320px',
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'flex-start',
      gap: theme.spacing(1),
      padding: theme.spacing(1, 2),
      borderLeft: `1px solid ${theme.colors.border.weak}`,
      overflow: 'auto',
    }),
    over: css({
      position: 'absolute',
      inset: 0,
      zIndex: 2,
      borderLeft: 'none',
      background: theme.colors.background.primary,
    }),
    header: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), alignSelf: 'stretch' }),
    title: css({ margin: 0, flex: 1, fontSize: theme.typography.h5.fontSize, overflowWrap: 'anywhere' }),
    kind: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    dot: css({ width: 10, height: 10, borderRadius: '50%', flex: '0 0 auto' }),
    links: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
    stats: css({
      display: 'flex',
      gap: theme.spacing(1.5),
      margin: 0,
      fontVariantNumeric: 'tabular-nums',
      '& dt': {
        color: theme.colors.text.secondary,
        fontWeight: theme.typography.fontWeightRegular,
        fontSize: theme.typography.bodySmall.fontSize,
      },
      '& dd': { margin: 0, whiteSpace: 'nowrap' },
    }),
    words: css({ flexWrap: 'wrap' }),
    bad: css({ color: theme.colors.error.text }),
    caption: css({
      margin: theme.spacing(1, 0, 0),
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
    }),
    none: css({ margin: 0, color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    calls: css({ listStyle: 'none', margin: 0, padding: 0, alignSelf: 'stretch' }),
    call: css({
      display: 'flex',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      width: '100%',
      padding: theme.spacing(0.25, 0.5),
      border: 'none',
      background: 'none',
      color: theme.colors.text.primary,
      textAlign: 'left',
      fontSize: theme.typography.bodySmall.fontSize,
      '&:hover, &:focus-visible': { background: theme.colors.action.hover },
    }),
    number: css({ color: theme.colors.text.secondary, whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  };
}
