// SPDX-License-Identifier: Apache-2.0
//
// Keeps a page's failure to that page: says what happened and offers to try again. A bug in one view must
// not take the way to the others away.
import { Alert, Button } from '@grafana/ui';
import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error?: Error;
}

export class PageBoundary extends Component<Props, State> {
  override state: State = {};

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error('A page failed to draw', error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) {
      return this.props.children;
    }
    return (
      <Alert severity="error" title="This page failed to draw">
        <p>{error.message}</p>
        <Button variant="secondary" onClick={() => this.setState({ error: undefined })}>
          Try again
        </Button>
      </Alert>
    );
  }
}
