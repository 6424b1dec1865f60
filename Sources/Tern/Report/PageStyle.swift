import TernReference

/// What the page looks like and what its switch does. Both are constant, and the page's policy allows just
/// their bytes.
enum PageStyle {
  static let style: StaticString = """
    :root{color-scheme:light dark;--bg:#f3f5f8;--card:#fff;--text:#1b2230;--soft:#525c6e;--line:#d5dae2;--track:#e8ebf0;\
    --accent:#0b6285;--released:#2f8a57;--pending:#b07a06;--rejected:#c23b34;--review:#3a72c2;--inspect:#7d52b5;\
    --gone:#7d8696;--plain:#6f8fae;--second:#93a9bd}
    @media (prefers-color-scheme:dark){:root{--bg:#11151b;--card:#1a2028;--text:#e7eaf0;--soft:#a9b3c3;--line:#343d4a;\
    --track:#2a323d;--accent:#6cc3e8;--released:#4fb57d;--pending:#d9a12f;--rejected:#e8736c;--review:#72a3ea;\
    --inspect:#b48be6;--gone:#8e98a8;--plain:#7f9fbf;--second:#5d7389}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans",\
    "Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
    header,nav,main,footer{max-width:1080px;margin:0 auto;padding:0 16px}
    header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:8px 24px;padding-top:24px}
    h1{font-size:26px;line-height:1.2;margin:0}
    h2{font-size:19px;line-height:1.3;margin:0 0 8px}
    h3{font-size:16px;margin:20px 0 6px}
    p{margin:0 0 8px}
    fieldset{border:1px solid var(--line);border-radius:8px;margin:0;padding:2px 12px 6px}
    legend{font-size:12px;color:var(--soft);padding:0 4px}
    label{margin-right:10px}
    input{accent-color:var(--accent)}
    a{color:var(--accent)}
    nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:14px 0;padding:0}
    nav a{display:inline-block;padding:4px 0}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin:0 0 16px}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:0 36px}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin:12px 0}
    .cards div{border:1px solid var(--line);border-left-width:5px;border-radius:8px;padding:8px 12px;min-width:0}
    .cards dt{font-size:13px;color:var(--soft)}
    .cards dd{margin:0;font-size:20px;line-height:1.3;font-weight:600;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .cards dd.small{font-size:16px}
    .cards dd small{font-size:13px;font-weight:400;color:var(--soft);display:block}
    .note{color:var(--soft);font-size:13px}
    .warn{border-left:5px solid var(--pending);padding:4px 12px;margin:8px 0}
    code{font:0.92em ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
    tbody th code{white-space:nowrap}
    figure{margin:8px 0 4px}
    figcaption{font-weight:600}
    figure svg{display:block;overflow:visible}
    svg text{font-size:13px;fill:var(--text)}
    .value{text-anchor:end;font-variant-numeric:tabular-nums}
    .tick{font-size:12px;fill:var(--soft)}
    .middle{text-anchor:middle}
    .end{text-anchor:end}
    .flow{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
    .count{font-weight:600;font-variant-numeric:tabular-nums}
    .band{opacity:.32}
    .track{fill:var(--track)}
    .grid{stroke:var(--line)}
    .bar,.order,.payment,.waybill{fill:var(--plain)}
    .list{fill:var(--accent)}
    .other,.triplet{fill:var(--second)}
    .released,.W{fill:var(--released);border-color:var(--released)!important}
    .pending,.P{fill:var(--pending);border-color:var(--pending)!important}
    .rejected,.R{fill:var(--rejected);border-color:var(--rejected)!important}
    .review,.V{fill:var(--review);border-color:var(--review)!important}
    .inspect{fill:var(--inspect);border-color:var(--inspect)!important}
    .cancelled,.gone{fill:var(--gone);border-color:var(--gone)!important}
    .W{fill:var(--gone)}
    details{margin:6px 0}
    summary{cursor:pointer;color:var(--accent);font-size:14px;padding:2px 0}
    .scroll{overflow-x:auto;margin:6px 0}
    table{border-collapse:collapse;width:100%;font-size:14px}
    caption{text-align:left;font-weight:600;padding:6px 0}
    th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
    thead th{color:var(--soft);font-size:13px;vertical-align:bottom;white-space:nowrap}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    tr>:last-child{padding-right:0}
    footer{padding-bottom:32px;color:var(--soft);font-size:13px}
    body:has(#lang-en:checked) [data-l=z],body:has(#lang-zh:checked) [data-l=e]{display:none}
    @media (max-width:520px){header,nav,main,footer{padding-left:10px;padding-right:10px}section{padding:14px 12px}h1{font-size:22px}}
    @media print{:root{--bg:#fff;--card:#fff;--text:#000;--soft:#444;--line:#bbb;--track:#eee;--accent:#0b6285;--released:#2f8a57;\
    --pending:#b07a06;--rejected:#c23b34;--review:#3a72c2;--inspect:#7d52b5;--gone:#7d8696;--plain:#6f8fae;--second:#93a9bd}
    body{font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,fieldset,summary{display:none}
    section{border:0;padding:0;margin:0 0 18px}figure,tr,.cards div{break-inside:avoid}h2,h3,figcaption,caption{break-after:avoid}
    .scroll{overflow:visible}.pair{display:block}details.screen{display:none}thead th{white-space:normal}td:not(.n),tbody th{overflow-wrap:anywhere}tbody th code{white-space:normal}
    details::details-content{content-visibility:visible;block-size:auto}}

    """

  /// Without it the page works: only the element's `lang`, links with `?lang=` and printing in old browsers need it.
  static let script: StaticString = """
    (()=>{const d=document,r=d.documentElement,i=[...d.querySelectorAll('input[name=language]')];
    const q=new URLSearchParams(location.search).get('lang');for(const x of i){if(x.value===q)x.checked=true}
    const set=()=>{for(const x of i)if(x.checked)r.lang=x.value==='zh'?'zh-CN':'en'};set();
    for(const x of i)x.addEventListener('change',set);
    let shut=[];addEventListener('beforeprint',()=>{shut=[...d.querySelectorAll('details:not([open])')];for(const x of shut)x.open=true});
    addEventListener('afterprint',()=>{for(const x of shut)x.open=false})})()
    """

  /// Nothing is loaded, nothing but the page's own style and script is used.
  static let policy =
    "default-src 'none'; style-src 'sha256-\(digest(style))'; script-src 'sha256-\(digest(script))'; base-uri 'none'; form-action 'none'"

  /// SHA-256 in base64, as a policy names what it allows.
  private static func digest(_ text: StaticString) -> String {
    let digits = Array(sha256Text(Array("\(text)".utf8)).utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    var text: [UInt8] = []
    unsafe bytes.withUnsafeBufferPointer { unsafe TextFormats.appendBase64($0, to: &text) }
    return String(decoding: text, as: UTF8.self)
  }
}
