use super::Animation;
use crate::html;
use crate::svg::escape;
use crate::{Error, Result};

/// A longer page is more than some browsers hold in one text.
const MOST_BYTES: usize = 1 << 29;

impl Animation {
    /// As a web page with a slider and a button that plays; it loads nothing from anywhere.
    ///
    /// # Errors
    /// If there is no frame, there are more than 2000 of them, one cannot be drawn, or all together are more than 512 MiB.
    pub fn to_html(&self) -> Result<String> {
        self.check()?;
        let mut body = String::new();
        if !self.title.is_empty() {
            body += &format!("<h1>{}</h1>\n", escape(&self.title));
        }
        let last = self.frames.len() - 1;
        body += &format!(
            "<p class=\"controls\"><button id=\"play\" type=\"button\">Play</button>\n\
             <input id=\"frame\" type=\"range\" min=\"0\" max=\"{last}\" value=\"{last}\" aria-label=\"frame\"/>\n\
             <output id=\"number\">{count} / {count}</output></p>\n<div id=\"frames\">\n",
            count = last + 1
        );
        for (index, frame) in self.frames.iter().enumerate() {
            let hidden = if index == last { "" } else { " hidden=\"hidden\"" };
            body += &format!("<figure{hidden}>\n{}</figure>\n", frame.to_svg()?);
            if body.len() > MOST_BYTES {
                let problem = format!(
                    "{} of {} frames are {} bytes: a page may have {MOST_BYTES}; show fewer frames, or simpler ones",
                    index + 1,
                    last + 1,
                    body.len()
                );
                return Err(Error::invalid("animation", problem));
            }
        }
        body += &format!(
            "</div>\n<script>\nconst pause = {};\n{SCRIPT}</script>\n",
            (self.seconds * 1000.0).round()
        );
        Ok(html::page(&self.title, &body))
    }
}

const SCRIPT: &str = "\
const frames = document.querySelectorAll('#frames figure');
const slider = document.getElementById('frame');
const button = document.getElementById('play');
let timer = null;
function show() {
  frames.forEach((frame, index) => { frame.hidden = index !== Number(slider.value); });
  document.getElementById('number').textContent = (Number(slider.value) + 1) + ' / ' + frames.length;
}
function stop() {
  clearInterval(timer);
  timer = null;
  button.textContent = 'Play';
}
slider.addEventListener('input', () => { stop(); show(); });
button.addEventListener('click', () => {
  if (timer) { stop(); return; }
  button.textContent = 'Stop';
  timer = setInterval(() => {
    slider.value = (Number(slider.value) + 1) % frames.length;
    show();
  }, pause);
});
";
