const KEY = 'keelson-token';
let remembered: string | undefined;

/** The bearer token given in this tab, if any. Kept for the tab only. */
export function readToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? remembered;
  } catch {
    // Storage may be forbidden; the token then lasts as long as the page.
    return remembered;
  }
}

/** Keeps a bearer token for this tab. */
export function keepToken(token: string): void {
  remembered = token;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // As above: `remembered` serves.
  }
}
