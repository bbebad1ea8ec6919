import type { ReactNode } from 'react';

/** Names of the drawn icons. */
export type IconName =
  | 'check'
  | 'moving'
  | 'warning'
  | 'critical'
  | 'sun'
  | 'moon'
  | 'system'
  | 'plug'
  | 'swap'
  | 'search'
  | 'crown'
  | 'box'
  | 'server';

const PATHS: Readonly<Record<IconName, ReactNode>> = {
  check: <path d="M3 8.5l3.200 3.200L13 5" />,
  moving: <path d="M13 8a5 5 0 1 1-1.500-3.500M13 2.500v2.800h-2.800" />,
  warning: <path d="M8 2.200 14.500 13.500h-13zM8 6.500v3.300M8 11.600v.1" />,
  critical: (
    <path d="M5.300 1.800h5.400l3.500 3.500v5.400l-3.500 3.500H5.300l-3.500-3.500V5.300zM8 4.800v3.800M8 11v.1" />
  ),
  sun: (
    <path d="M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
  ),
  moon: <path d="M13.500 9.500A5.800 5.800 0 0 1 6.500 2.500a5.800 5.800 0 1 0 7 7z" />,
  system: <path d="M2 3h12v8H2zM6 14h4M8 11v3" />,
  plug: <path d="M6 1.500v3.500M10 1.500v3.500M4 5h8v2.500a4 4 0 0 1-8 0zM8 11.500v3" />,
  swap: <path d="M3 5.500h9.500M10 3l2.500 2.500L10 8M13 10.500H3.500M6 8l-2.500 2.500L6 13" />,
  search: <path d="M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9M10.500 10.500l3.500 3.500" />,
  crown: <path d="M2.500 5l2.800 2.800L8 3.500l2.700 4.300L13.500 5l-1 7h-9z" />,
  box: <path d="M2.500 5 8 2l5.500 3v6L8 14l-5.500-3zM2.500 5 8 8l5.500-3M8 8v6" />,
  server: <path d="M2.500 2.500h11v4.500h-11zM2.500 9h11v4.500h-11zM5 4.800v.1M5 11.300v.1" />,
};

/** A line icon in the colour of the text; says nothing to screen readers, so put words beside it. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}

/** Keelson's mark: a hull's cross-section with its keelson. */
export function Mark(): ReactNode {
  return (
    <svg className="mark" width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M5 10h22M7.500 10c.6 7 3.600 11.500 8.500 15 4.900-3.500 7.900-8 8.500-15M16 10v15" />
    </svg>
  );
}
