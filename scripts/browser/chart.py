"""A chart of the first table in docs/performance.md, as an SVG for light and dark pages.

Argument: the file with the table.
"""

import sys
from html import escape

# The rows that are compared, and what they are called.
ROWS = {
    "plain actix-web, the same bytes": "actix-web alone",
    "public route": "public route",
    "protected route, one token": "protected route, a token seen before",
    "protected route, each token new": "protected route, each token new",
    "axum, jwt-authorizer": "axum with jwt-authorizer",
    "FastAPI, PyJWT": "FastAPI with PyJWT",
}
LEFT, ROW, WIDTH = 290, 34, 800
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1c2330; }
  .title { font-size: 16px; font-weight: 600; }
  .page { fill: #ffffff; }
  .own { fill: #1f5fbf; }
  .other { fill: #8a94a6; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8ebf1; }
    .page { fill: #14171d; }
    .own { fill: #8ab4f8; }
    .other { fill: #6b7588; }
  }
"""


def rates(path):
    """Returns the requests a second of each row of the first table that has them."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip("|\n ").split("|")]
            if cells[0] in ROWS and cells[0] not in found and cells[1].isdigit():
                found[cells[0]] = int(cells[1])
    missing = set(ROWS) - set(found)
    if missing:
        raise SystemExit(f"{path} has no row {', '.join(sorted(missing))}")
    return found


def main():
    found = rates(sys.argv[1])
    most = max(found.values())
    height = 62 + ROW * len(ROWS)
    title = "Requests a second on one core"
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">')
    print(f"<title>{title}</title>\n<style>{STYLE}</style>")
    print(f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>\n<text class="title" x="20" y="32">{title}</text>')
    for number, (row, name) in enumerate(ROWS.items()):
        top = 48 + ROW * number
        length = max(2, round((WIDTH - LEFT - 90) * found[row] / most))
        kind = "own" if "route" in row else "other"
        print(f'<text x="{LEFT - 12}" y="{top + 19}" text-anchor="end">{escape(name)}</text>')
        print(f'<rect class="{kind}" x="{LEFT}" y="{top + 4}" width="{length}" height="{ROW - 12}" rx="3"/>')
        print(f'<text x="{LEFT + length + 8}" y="{top + 19}">{found[row]:,}</text>')
    print("</svg>")


main()
