// SPDX-License-Identifier: Apache-2.0
//
// Services: who calls whom, what is broken? Filter, focus, choice and tab are in the address.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { countOf } from '../format/index.ts';
import { HostError } from '../host.ts';
import { Labelled } from '../forms/Labelled.tsx';
import type { Host } from '../host.ts';
import { servicesRoom } from '../room/room.ts';
import { useSize } from '../room/use-size.ts';
import { CancelledNotice, ErrorNotice, KeyHelp, NoData, PartialNotice, Progress } from '../states/index.ts';
import { TraceQlEditor } from '../traceql-editor/TraceQlEditor.tsx';
import { useChosen } from './chosen.ts';
import { focusGraph } from './focus.ts';
import { servicesKeys } from './keys.ts';
import { MapLegend } from './MapLegend.tsx';
import { ServiceGraphBody } from './ServiceGraphBody.tsx';

interface Props {
  readonly host: Host;
}

const tabs = [
  { value: 'map', label: 'Map' },
  { value: 'table', label: 'Table' },
];
const hopOptions = [1, 2, 3].map((value) => ({ value, label: `\u00b1 ${String(value)}` }));

export function ServicesView({ host }: Props) {
  const styles = useStyles2(getStyles);
  const { navigation, time, data } = host;
  const { params } = navigation;
  const query = params.get('q') ?? '';
  const focus = params.get('focus') ?? undefined;
  const hops = Math.min(3, Math.max(1, Number(params.get('hops')) || 1));
  const tab = params.get('tab') === 'table' ? 'table' : 'map';
  const { from, to } = time.range;
  const page = useRef<HTMLDivElement>(null);
  const room = servicesRoom(useSize(page));
  const seconds = Math.max(1, (to - from) / 1000);
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);

  const capabilities = useAnswer('capabilities', (signal) => data.capabilities(signal));
  const supported = capabilities.value?.features.has('service-graph') ?? true;
  const answer = useAnswer(supported ? JSON.stringify([query, from, to]) : undefined, (signal) =>
    data.serviceGraph({ query, range: { from, to } }, signal)
  );
  const shown = useMemo(
    () => (answer.value === undefined ? undefined : focusGraph(answer.value, focus, hops)),
    [answer.value, focus, hops]
  );
  const [chosen, choose] = useChosen(navigation);
  const setFocus = useCallback((id: string | undefined) => navigation.setParams({ focus: id }), [navigation]);
  const names = useMemo(
    () =>
      (answer.value?.nodes ?? [])
        .map(({ id, name }) => ({ value: id, label: name }))
        .sort((a, b) => (a.label < b.label ? -1 : 1)),
    [answer.value]
  );
  const queryError = answer.error instanceof HostError && answer.error.range !== undefined ? answer.error : undefined;

  if (!supported) {
    return <NoData title="This data source cannot compute a service graph: only a Tracewell store does." />;
  }
  return (
    <div ref={page} className={styles.page}>
      <div className={styles.bar}>
        <RadioButtonGroup
          size="sm"
          aria-label="Map or table"
          options={tabs}
          value={tab}
          onChange={(value) => navigation.setParams({ tab: value === 'map' ? undefined : value })}
        />
        <Labelled name="Focus on a service">
          {(id) => (
            <Combobox
              aria-labelledby={id}
              width={28}
              isClearable
              placeholder="Focus on a service"
              options={names}
              value={focus ?? null}
              onChange={(option) => setFocus(option?.value)}
            />
          )}
        </Labelled>
        {focus !== undefined && (
          <RadioButtonGroup
            size="sm"
            aria-label="Hops around the focus"
            options={hopOptions}
            value={hops}
            onChange={(value) => navigation.setParams({ hops: value === 1 ? undefined : String(value) })}
          />
        )}
        <div className={styles.filter}>
          <TraceQlEditor
            host={host}
            value={text}
            error={text === query ? queryError : undefined}
            placeholder="{ } only count spans that match"
            onChange={setText}
            onRun={(next) => navigation.setParams({ q: next })}
          />
        </div>
        {shown !== undefined && (
          <span className={styles.count}>
            {countOf(shown.nodes.filter(({ kind }) => kind === 'service').length, 'service')},{' '}
            {countOf(shown.edges.length, 'call path')}
          </span>
        )}
        <KeyHelp title="Keys of the services" lines={servicesKeys} />
      </div>
      <Progress loading={answer.loading} onCancel={answer.cancel} label="Drawing the map" />
      {answer.error !== undefined && queryError === undefined && (
        <ErrorNotice title="The service graph could not be read" error={answer.error} onRetry={answer.retry} />
      )}
      {answer.cancelled && <CancelledNotice onRetry={answer.retry} kept={answer.value !== undefined} />}
      {answer.value?.partial !== undefined && <PartialNotice reason={answer.value.partial} />}
      {shown !== undefined &&
        (shown.nodes.length === 0 ? (
          <>
            <NoData
              title={
                query === '' ? 'No traffic in this time range' : 'No traffic in this time range matches the filter'
              }
              otlpEndpoint={capabilities.value?.spans === 0 ? capabilities.value.otlpEndpoint : undefined}
            />
            {query !== '' && (
              <Button
                className={styles.center}
                variant="secondary"
                size="sm"
                onClick={() => navigation.setParams({ q: undefined })}
              >
                Clear the filter
              </Button>
            )}
          </>
        ) : (
          <ServiceGraphBody
            host={host}
            graph={shown}
            seconds={seconds}
            view={tab}
            chosen={chosen}
            onChoose={choose}
            onFocus={setFocus}
            room={room}
          />
        ))}
      {tab === 'map' && room.legend && shown !== undefined && shown.nodes.length > 0 && <MapLegend />}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      display: 'flex',
      flexDirection: 'column',
      flex: 1,
      minHeight: 0,
      gap: theme.spacing(1),
      padding: theme.spacing(1, 2),
    }),
    bar: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
    filter: css({ flex: '1 1 240px', minWidth: 0, display: 'flex' }),
    count: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    center: css({ alignSelf: 'center' }),
  };
}
