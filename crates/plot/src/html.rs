//! Web pages that load nothing from anywhere.

use crate::svg::escape;

const STYLE: &str = "\
body { font: 16px/1.5 Arial, Helvetica, 'Liberation Sans', sans-serif; color: #222; background: #fff; max-width: 860px; \
margin: 0 auto; padding: 24px; }
h1 { font-size: 26px; } h2 { font-size: 20px; margin-top: 36px; border-bottom: 1px solid #ddd; padding-bottom: 4px; }
table { border-collapse: collapse; margin: 12px 0; display: block; overflow-x: auto; } th, td { padding: 4px 14px 4px 0; text-align: left; vertical-align: top; }
th { font-weight: bold; border-bottom: 1px solid #bbb; } td { border-bottom: 1px solid #eee; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 18px 0; } figure[hidden] { display: none; } figure svg { max-width: 100%; height: auto; display: block; }
figcaption { color: #555; font-size: 14px; margin-top: 4px; }
pre { overflow-x: auto; background: #f6f6f6; padding: 12px; font-size: 13px; line-height: 1.3; }
.controls { display: flex; gap: 12px; align-items: center; } .controls input { flex: 1; }
";

/// A page with a title (plain text) and a body (HTML).
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}
