/// The report's style sheet: no external file, light and dark, narrow screens and print.
enum ReportStyle {
  static let css = """
    :root { color-scheme: light dark; --ink: #1c1f24; --soft: #5c6570; --paper: #fff; --line: #d8dde3;
      --card: #f5f7f9; --warn: #fff4d6; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6e9ed; --soft: #9aa4b0; --paper: #14171b; --line: #333a42; --card: #1d2228;
        --warn: #3a3115; } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
      max-width: 1060px; margin: 0 auto; padding: 24px 18px 60px; }
    h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 34px 0 8px; }
    h3 { font-size: 15px; margin: 18px 0 6px; } .soft { color: var(--soft); }
    .note { background: var(--warn); border-left: 4px solid #e0a100; padding: 8px 12px; border-radius: 4px; }
    .figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 14px 0; }
    .figure { background: var(--card); border-radius: 8px; padding: 10px 16px; }
    .figure b { display: block; font-size: 24px; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 14px; }
    figure { margin: 0; background: var(--card); border-radius: 8px; padding: 8px; }
    figcaption { color: var(--soft); font-size: 13px; padding: 4px 6px; }
    svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--soft); }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; margin: 6px 0; }
    th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: left; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    .pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; max-width: 860px; }
    .pictures figure { padding: 4px; } .pictures img { width: 100%; image-rendering: auto; border-radius: 4px; }
    details { margin: 8px 0; } summary { cursor: pointer; }
    pre { background: var(--card); padding: 10px; border-radius: 8px; overflow-x: auto; font-size: 12px; }
    """
}
