// SPDX-License-Identifier: Apache-2.0
export { isTyping, KeyHelp } from './KeyHelp.tsx';
export type { KeyLine } from './KeyHelp.tsx';
export { NoData } from './NoData.tsx';
export { CancelledNotice, ErrorNotice, PartialNotice } from './Notice.tsx';
export { Progress } from './Progress.tsx';
