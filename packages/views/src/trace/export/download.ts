// SPDX-License-Identifier: Apache-2.0
//
// Saves text as a file, by a link to a Blob: nothing leaves the browser.

/** Offers `text` to the user as a file called `name`. */
export function downloadText(name: string, text: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // After the click was handled: some browsers read the Blob later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
