/** The size of a page in points, as it is shown. */
export interface Sheet {
  width: number;
  height: number;
}

/**
 * What draws the pages of an original. Documents that have none (text, mail,
 * Word, pictures) are drawn from their words alone.
 */
export interface Source {
  readonly count: number;
  sheet(page: number): Promise<Sheet>;
  /** Draws a page into canvas at scale CSS pixels a point. */
  draw(page: number, canvas: HTMLCanvasElement, scale: number, signal: AbortSignal): Promise<void>;
  /** Lays selectable text over a page of that scale. */
  text(page: number, container: HTMLElement, scale: number, signal: AbortSignal): Promise<void>;
  close(): void;
}
