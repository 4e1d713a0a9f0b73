// SPDX-License-Identifier: Apache-2.0
//
// A line of TraceQL: highlighted, completed from what the store really holds, run with Enter. The text lies in a
// textarea whose own letters are transparent, over a layer that draws the same letters in colours; so caret,
// selection, undo and input methods stay the browser's.
//
// Grafana's own code editor (Monaco) is at hand inside Grafana only and is larger than this whole page.
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { tokenize } from '@tracewell/traceql';
import type { HighlightKind } from '@tracewell/traceql';
import { useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Host, HostError } from '../host.ts';
import { HelpCard } from './HelpCard.tsx';
import { HistoryMenu } from './HistoryMenu.tsx';
import { rememberQuery } from './query-history.ts';
import { applySuggestion } from './suggestions.ts';
import { SuggestionList } from './SuggestionList.tsx';
import { useHistory } from './use-history.ts';
import { useProblem } from './use-problem.ts';
import { useSuggestions } from './use-suggestions.ts';
import { useTokenHelp } from './use-token-help.ts';

interface Props {
  readonly host: Host;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onRun: (value: string) => void;
  /** What is wrong with `value`, with the range to underline. */
  readonly error?: HostError;
  /** The parser looks at the text while it is typed; false for a text that is not all TraceQL. */
  readonly diagnose?: boolean;
  readonly placeholder?: string;
  readonly testId?: string;
  readonly errorTestId?: string;
}

export function TraceQlEditor(props: Props) {
  const { host, value, onChange, onRun, error, diagnose = true, placeholder, testId, errorTestId } = props;
  const styles = useStyles2(getStyles);
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  const suggestions = useSuggestions(host, value, caret);
  const open = suggestions.length > 0;
  const layer = useRef<HTMLPreElement>(null);
  const help = useTokenHelp(layer, value);
  const history = useHistory(host.settings);
  // The store's word counts; before it has one, the parser's own.
  const problem = useProblem(value, diagnose && error === undefined);
  const wrong = error ?? problem;

  const run = (text: string) => {
    setCaret(undefined);
    history.end();
    rememberQuery(host.settings, text);
    onRun(text.trim());
  };
  const walk = (older: boolean): boolean => {
    const area = input.current;
    const place = area?.selectionStart ?? 0;
    const beside = older ? value.slice(0, place) : value.slice(place);
    if (area === null || beside.includes('\n')) {
      return false;
    }
    const next = history.step(value, older);
    if (next !== undefined) {
      onChange(next);
      setCaret(undefined);
      requestAnimationFrame(() => input.current?.setSelectionRange(next.length, next.length));
    }
    return next !== undefined;
  };

  const accept = (index: number) => {
    const suggestion = suggestions[index];
    if (suggestion === undefined) {
      return;
    }
    const next = applySuggestion(value, suggestion);
    onChange(next.text);
    setChosen(-1);
    setCaret(next.caret);
    // After React has written the text, or the browser puts the caret at its end.
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (open && chosen >= 0) {
        accept(chosen);
      } else {
        run(value);
      }
    } else if (event.key === 'Tab' && open && chosen >= 0) {
      event.preventDefault();
      accept(chosen);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      setCaret(undefined);
    } else if (event.key === 'ArrowDown' && open) {
      event.preventDefault();
      setChosen((before) => Math.min(suggestions.length - 1, before + 1));
    } else if (event.key === 'ArrowUp' && open) {
      event.preventDefault();
      setChosen((before) => Math.max(-1, before - 1));
    } else if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && !event.shiftKey && !event.altKey) {
      if (walk(event.key === 'ArrowUp')) {
        event.preventDefault();
      }
    } else if (event.key === 'F1') {
      event.preventDefault();
      help.showAt(Math.max(0, (input.current?.selectionStart ?? 0) - 1));
    }
  };
  const follow = () => {
    setCaret(input.current?.selectionStart ?? undefined);
    setChosen(-1);
  };

  return (
    <div className={styles.frame}>
      <div className={cx(styles.box, wrong !== undefined && styles.invalid)}>
        <pre ref={layer} className={styles.layer} aria-hidden="true">
          <Highlighted text={value} range={wrong?.range} />
          {'\n'}
        </pre>
        <textarea
          ref={input}
          className={styles.input}
          rows={1}
          spellCheck={false}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          value={value}
          placeholder={placeholder ?? '{ resource.service.name = "checkout" && duration > 1s }'}
          aria-label="TraceQL query"
          role="combobox"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && chosen >= 0 ? `${id}-${String(chosen)}` : undefined}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong === undefined ? undefined : `${id}-error`}
          data-testid={testId}
          onChange={(event) => {
            onChange(event.currentTarget.value);
            setCaret(event.currentTarget.selectionStart);
            setChosen(-1);
          }}
          onKeyDown={onKeyDown}
          onClick={follow}
          onBlur={() => {
            setCaret(undefined);
            help.hide();
          }}
          onMouseMove={(event) => help.pointAt(event.clientX, event.clientY)}
          onMouseLeave={help.hide}
        />
        <span className={styles.tools}>
          <HistoryMenu
            settings={host.settings}
            onChoose={(query) => {
              onChange(query);
              run(query);
            }}
          />
        </span>
        {help.shown !== undefined && !open && <HelpCard {...help.shown} />}
        {open && <SuggestionList id={id} suggestions={suggestions} chosen={chosen} onAccept={accept} />}
      </div>
      {wrong !== undefined && (
        <pre id={`${id}-error`} className={styles.error} role="alert" data-testid={errorTestId}>
          {wrong.message}
        </pre>
      )}
    </div>
  );
}

function Highlighted({ text, range }: { text: string; range?: { readonly start: number; readonly end: number } }) {
  const styles = useStyles2(getStyles);
  const tokens = tokenize(text);
  const pieces = [];
  let position = 0;
  for (const token of tokens) {
    if (token.start > position) {
      pieces.push(<span key={position}>{text.slice(position, token.start)}</span>);
    }
    const wrong = range !== undefined && token.start < Math.max(range.end, range.start + 1) && token.end > range.start;
    pieces.push(
      <span
        key={token.start}
        data-start={token.start}
        className={cx(styles[colourOf(token.kind)], wrong && styles.wrong)}
      >
        {text.slice(token.start, token.end)}
      </span>
    );
    position = token.end;
  }
  pieces.push(<span key="rest">{text.slice(position)}</span>);
  return <>{pieces}</>;
}

function colourOf(kind: HighlightKind): 'plain' | 'name' | 'text' | 'number' | 'keyword' | 'comment' {
  switch (kind) {
    case 'attribute':
    case 'scope':
      return 'name';
    case 'string':
      return 'text';
    case 'number':
    case 'constant':
      return 'number';
    case 'intrinsic':
    case 'function':
    case 'keyword':
      return 'keyword';
    case 'comment':
      return 'comment';
    case 'operator':
    case 'punctuation':
    case 'invalid':
      return 'plain';
  }
}

function getStyles(theme: GrafanaTheme2) {
  const letters = {
    margin: 0,
    padding: theme.spacing(0.75, 4, 0.75, 1),
    border: 'none',
    background: 'transparent',
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: 13,
    lineHeight: '18px',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    letterSpacing: 0,
  } as const;
  const named = (name: string) => css({ color: theme.visualization.getColorByName(name) });
  return {
    frame: css({ flex: 1, minWidth: 0 }),
    box: css({
      position: 'relative',
      background: theme.components.input.background,
      border: `1px solid ${theme.components.input.borderColor}`,
      borderRadius: theme.shape.radius.default,
      '&:focus-within': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -1 },
    }),
    invalid: css({ borderColor: theme.colors.error.border }),
    layer: css({
      ...letters,
      minHeight: 30,
      color: theme.colors.text.primary,
      pointerEvents: 'none',
      overflow: 'hidden',
    }),
    input: css({
      ...letters,
      position: 'absolute',
      inset: 0,
      width: '100%',
      height: '100%',
      resize: 'none',
      outline: 'none',
      color: 'transparent',
      caretColor: theme.colors.text.primary,
      overflow: 'hidden',
      '&::placeholder': { color: theme.colors.text.disabled },
    }),
    tools: css({ position: 'absolute', top: 0, right: 4, height: 30, display: 'flex', alignItems: 'center' }),
    error: css({
      margin: theme.spacing(0.5, 0, 0),
      padding: 0,
      border: 'none',
      background: 'transparent',
      color: theme.colors.error.text,
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
      whiteSpace: 'pre-wrap',
    }),
    wrong: css({ textDecoration: `underline wavy ${theme.colors.error.main}`, textDecorationSkipInk: 'none' }),
    plain: css({}),
    name: named(theme.isDark ? 'light-blue' : 'dark-blue'),
    text: named(theme.isDark ? 'light-orange' : 'dark-orange'),
    number: named(theme.isDark ? 'light-green' : 'dark-green'),
    keyword: named(theme.isDark ? 'light-purple' : 'dark-purple'),
    comment: css({ color: theme.colors.text.secondary }),
  };
}
