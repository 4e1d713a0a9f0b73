// SPDX-License-Identifier: Apache-2.0
export { NoData } from './NoData.tsx';
export { CancelledNotice, ErrorNotice, PartialNotice } from './Notice.tsx';
export { Progress } from './Progress.tsx';
