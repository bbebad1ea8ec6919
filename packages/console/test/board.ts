import type { Page } from 'playwright-core';

/** The matrix on a page, in the words of a test. Rows and columns count from 0. */
export class Board {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Where the middle of a cell is on the screen, as long as nothing is scrolled. */
  async middleOf(row: number, column: number): Promise<{ readonly x: number; readonly y: number }> {
    const { left, top, width, height } = await this.#geometry();
    const box = await this.#page.getByRole('grid').boundingBox();
    return { x: (box?.x ?? 0) + left + (column + 0.5) * width, y: (box?.y ?? 0) + top + (row + 0.5) * height };
  }

  /** Colour of a cell beside its mark, `#rrggbb`, read from the canvas. */
  async colourOf(row: number, column: number): Promise<string> {
    const { left, top, width, height } = await this.#geometry();
    const place = { x: left + column * width + 3, y: top + row * height + 3 };
    return this.#page.evaluate(({ x, y }) => {
      const canvas = document.querySelector('canvas');
      // Read from a copy: reading makes Chromium move a canvas out of the graphics memory, and warn about it.
      const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      if (canvas !== null) copy?.drawImage(canvas, -x * devicePixelRatio, -y * devicePixelRatio);
      const parts = [...(copy?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
      return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    }, place);
  }

  /** How many cells the last drawing drew. */
  async lastDrawn(): Promise<number> {
    return Number(await this.#page.locator('canvas').first().getAttribute('data-drawn'));
  }

  /** The sentence about the cell that the keyboard is on. */
  async sentence(): Promise<string> {
    const id = await this.#page.getByRole('grid').getAttribute('aria-activedescendant');
    return (await this.#page.locator(`[id="${id}"]`).textContent()) ?? '';
  }

  async #geometry(): Promise<{ left: number; top: number; width: number; height: number }> {
    const text = await this.#page.getByRole('grid').getAttribute('data-geometry');
    const [left = 0, top = 0, width = 0, height = 0] = (text ?? '').split(' ').map(Number);
    return { left, top, width, height };
  }
}
