import { type RefObject, useEffect, useState } from 'react';

/** Size of an element's inside and the screen's pixel ratio, followed as they change. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** Follows the viewport of a scrolling element; undefined before its first measure. */
export function useViewport(element: RefObject<HTMLElement | null>): Viewport | undefined {
  const [viewport, setViewport] = useState<Viewport>();
  useEffect(() => {
    const target = element.current;
    if (target === null) {
      return;
    }
    const measure = (): void =>
      setViewport((old) => {
        const now = { width: target.clientWidth, height: target.clientHeight, pixelRatio: devicePixelRatio };
        const same = old?.width === now.width && old.height === now.height && old.pixelRatio === now.pixelRatio;
        return same ? old : now;
      });
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    // Zooming, or a move to another screen, changes the pixel ratio and also fires `resize`.
    addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, [element]);
  return viewport;
}
