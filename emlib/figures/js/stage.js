/* The picture of a live figure: planes with coordinates, parts with names, handles that move.
 *
 * The picture itself was drawn by emlib (picture.py). Here its parts are found by name and moved;
 * nothing is drawn a second time.
 */
(function (emlib) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
  const coordinate = (value) => Number(value.toFixed(2));

  function make(tag, attributes = {}, parent = null, text = null) {
    const inPicture = parent && parent.namespaceURI === SVG;
    const element = inPicture ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(key, "");
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    if (text != null) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  }

  /* Set numbers of a part of the picture, spelled as picture.py spells them. */
  function attributes(element, numbers) {
    for (const [key, value] of Object.entries(numbers)) element.setAttribute(key, coordinate(value));
  }

  /* A rectangle of the picture that carries data coordinates, as picture.py wrote them down. */
  function plane(group) {
    const numbers = (key) => group.dataset[key].split(" ").map(Number);
    const [x, y, [left, top, width, height]] = [numbers("x"), numbers("y"), numbers("box")];
    const px = (value) => left + ((value - x[0]) / (x[1] - x[0])) * width;
    const py = (value) => top + ((y[1] - value) / (y[1] - y[0])) * height;
    return {
      group, x, y, px, py,
      /* Where in data coordinates a pointer is. */
      at(event) {
        const toPicture = group.ownerSVGElement.getScreenCTM().inverse();
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPicture);
        return [
          x[0] + ((point.x - left) / width) * (x[1] - x[0]),
          y[1] - ((point.y - top) / height) * (y[1] - y[0]),
        ];
      },
      place(element, [at, up]) {
        const [right, down] = [coordinate(px(at)), coordinate(py(up))];
        element.setAttribute("transform", `translate(${right} ${down})`);
      },
      /* The attribute d of a line through data points; what is not finite breaks it. */
      path(points, closed = false) {
        let pen = "M";
        let d = "";
        for (const [at, up] of points) {
          if (Number.isFinite(at) && Number.isFinite(up)) {
            d += `${pen}${coordinate(px(at))} ${coordinate(py(up))}`;
            pen = "L";
          } else pen = "M";
        }
        return closed ? d + "Z" : d;
      },
      /* The attribute d of the line where f([x, y]) is zero, as picture.py's contour finds it. */
      contour(f, columns = 44, rows = 30) {
        const at = (range, i, count) => range[0] + ((range[1] - range[0]) * i) / count;
        const grid = Array.from({ length: rows + 1 }, (_, j) =>
          Array.from({ length: columns + 1 }, (_, i) => {
            const point = [at(x, i, columns), at(y, j, rows)];
            return { point, value: f(point) };
          }));
        const between = (a, b) => {
          const part = a.value / (a.value - b.value);
          return a.point.map((start, axis) => start + (b.point[axis] - start) * part);
        };
        let d = "";
        for (let j = 0; j < rows; j++) {
          for (let i = 0; i < columns; i++) {
            const corners = [grid[j][i], grid[j][i + 1], grid[j + 1][i + 1], grid[j + 1][i]];
            const crossed = corners
              .map((corner, m) => [corner, corners[(m + 1) % 4]])
              .filter(([a, b]) => a.value > 0 !== b.value > 0)
              .map(([a, b]) => between(a, b));
            for (let m = 0; m + 1 < crossed.length; m += 2) d += this.path(crossed.slice(m, m + 2));
          }
        }
        return d;
      },
    };
  }

  /* The outline of a covariance at so many standard deviations: mean + radius L (cos, sin). */
  function outline(mean, covariance, radius) {
    const L = emlib.cholesky(covariance);
    return Array.from({ length: 72 }, (_, i) => {
      const [c, s] = [Math.cos((i * Math.PI) / 36), Math.sin((i * Math.PI) / 36)];
      return [mean[0] + radius * L[0][0] * c, mean[1] + radius * (L[1][0] * c + L[1][1] * s)];
    });
  }

  /* A cell that cells.py drew: (words, share) moves its number and the bar behind it. */
  function cell(group) {
    const [frame, bar, words] = group.children;
    const room = Number(frame.getAttribute("width"));
    return (said, share) => {
      words.textContent = said;
      bar.setAttribute("width", coordinate(room * clamp(share, [0, 1])));
    };
  }

  /* The clusters' colours, mixed by responsibility, as picture.py mixes them. */
  function blend(resp, clusters) {
    const channel = (start) =>
      emlib.sum(resp.map((r, k) => r * parseInt(clusters[k].color.slice(start, start + 2), 16)));
    const hex = (value) => Math.round(clamp(value, [0, 255])).toString(16).padStart(2, "0");
    return `#${[1, 3, 5].map((start) => hex(channel(start))).join("")}`;
  }

  /* Fill an observation with its mixed colour; its mark is that of the largest share. */
  function shade(observation, resp, clusters) {
    observation.setAttribute("fill", blend(resp, clusters));
    observation.setAttribute("d", clusters[resp.indexOf(Math.max(...resp))].mark);
  }

  const ARROWS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
  };

  /* Whether a click ends on another handle, where a press or a drag began: not for this one. */
  function ofAnother(part, event) {
    const handle = event.target.closest(".em-handle:not(.em-picker)");
    return Boolean(handle) && handle !== part;
  }

  /* Make a part of the picture movable: by dragging it, by clicking it and then a place, by the
   * arrow keys (Shift for fine steps; Home and End for the ends). Typed numbers come through the
   * panel. All of them call `move` with data coordinates and `settle` when they are done.
   *
   *   part     the element; picture.py gave it a target of at least 24 pixels
   *   where    () => [x, y]      free    () => whether it may be moved now
   *   along    "xy", "x" or "y"     step    [dx, dy] of one arrow key
   */
  function handle({ part, plane: on, where, move, settle, free, along = "xy", step, limits }) {
    let drag = null;
    let armed = false;
    const stage = on.group.ownerSVGElement;
    const bounds = limits || [on.x, on.y];
    const listeners = new AbortController();
    const listen = (target, type, act) =>
      target.addEventListener(type, act, { signal: listeners.signal });

    function go([x, y]) {
      const [stayX, stayY] = where();
      move([
        along === "y" ? stayX : clamp(x, bounds[0]), along === "x" ? stayY : clamp(y, bounds[1]),
      ]);
    }
    function arm(on) {
      armed = on;
      part.classList.toggle("em-picked", armed);
      stage.classList.toggle("em-armed", Boolean(stage.querySelector(".em-picked")));
    }

    part.setAttribute("tabindex", "0");
    part.setAttribute("role", "slider");
    part.classList.add("em-handle");

    /* the style's touch-action says the same, but browsers hear it on a whole picture only */
    part.addEventListener("touchstart", (event) => free() && event.preventDefault(), {
      signal: listeners.signal, passive: false,
    });
    listen(part, "pointerdown", (event) => {
      if (event.button !== 0 || !free()) return;
      const [x, y] = where();
      const [atX, atY] = on.at(event);
      drag = { from: [x, y], grip: [x - atX, y - atY], start: [event.clientX, event.clientY], moved: false };
      part.setPointerCapture(event.pointerId);
      part.focus({ preventScroll: true });
      event.preventDefault();
    });
    listen(part, "pointermove", (event) => {
      if (!drag) return;
      const [dx, dy] = [event.clientX - drag.start[0], event.clientY - drag.start[1]];
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      drag.moved = true;
      const [atX, atY] = on.at(event);
      go([atX + drag.grip[0], atY + drag.grip[1]]);
    });
    listen(part, "pointerup", () => {
      if (!drag) return;
      if (drag.moved) settle();
      else arm(!armed);
      drag = null;
    });
    listen(part, "pointercancel", () => {
      if (drag) go(drag.from);
      drag = null;
    });
    listen(stage, "click", (event) => {
      if (!armed || part.contains(event.target)) return;
      event.stopImmediatePropagation(); // this click has its meaning
      arm(false);
      if (ofAnother(part, event)) return;
      go(on.at(event));
      settle();
    });
    listen(part, "keydown", (event) => {
      const size = event.shiftKey ? 0.1 : 1;
      const arrow = ARROWS[event.key];
      const [x, y] = where();
      const [dx, dy] = step.map((length) => size * length);
      const ends = (m) => (along === "y" ? [x, bounds[1][m]] : [bounds[0][m], y]);
      if (event.key === "Escape" && armed) arm(false);
      else if (!free()) return;
      else if (arrow && along === "x") go([x + dx * (arrow[0] + arrow[1]), y]);
      else if (arrow && along === "y") go([x, y + dy * (arrow[0] + arrow[1])]);
      else if (arrow) go([x + dx * arrow[0], y + dy * arrow[1]]);
      else if (event.key === "Home") go(ends(0));
      else if (event.key === "End") go(ends(1));
      else return;
      event.preventDefault();
      settle();
    });
    return () => listeners.abort();
  }

  /* Let one handle visit many observations: a tap takes the nearest, arrow keys go to the
   * neighbour in that direction and Page Up and Page Down from row to row, so that a cloud is one
   * Tab stop.
   *
   *   part   the element that marks the chosen one      points  () => [[x, y], …]
   *   which  () => its index                            choose  (index) => {}
   */
  function picker({ part, plane: on, points, which, choose, settle, free }) {
    const stage = on.group.ownerSVGElement;
    const listeners = new AbortController();
    const listen = (target, type, act, capture = false) =>
      target.addEventListener(type, act, { signal: listeners.signal, capture });
    const seen = () => points().map(([x, y]) => [on.px(x), on.py(y)]);

    function nearest(pixels, accept, [x, y]) {
      let best = -1;
      let least = Infinity;
      pixels.forEach((pixel, i) => {
        const distance = Math.hypot(pixel[0] - x, pixel[1] - y);
        if (accept(pixel, i) && distance < least) [best, least] = [i, distance];
      });
      return best;
    }

    part.setAttribute("tabindex", "0");
    part.setAttribute("role", "slider");
    part.classList.add("em-handle", "em-picker");
    /* before any handle hears of it: a click that places an armed handle picks nothing */
    listen(stage, "click", (event) => {
      if (!free() || ofAnother(part, event) || stage.classList.contains("em-armed")) return;
      const [x, y] = on.at(event);
      choose(nearest(seen(), () => true, [on.px(x), on.py(y)]));
      settle();
    }, true);
    listen(part, "keydown", (event) => {
      const arrow = ARROWS[event.key];
      const pixels = seen();
      const rows = {
        Home: 0, End: pixels.length - 1, PageUp: which() - 1, PageDown: which() + 1,
      };
      if (!free() || !(arrow || event.key in rows)) return;
      event.preventDefault();
      const here = pixels[which()];
      /* within a right angle around the arrow */
      const ahead = ([x, y], i) => {
        const [dx, dy] = [x - here[0], here[1] - y];
        const along = dx * arrow[0] + dy * arrow[1];
        return i !== which() && along > 0 && along >= Math.abs(dx * arrow[1] + dy * arrow[0]);
      };
      const next = arrow ? nearest(pixels, ahead, here) : rows[event.key];
      if (next in pixels) choose(next);
      settle();
    });
    return () => listeners.abort();
  }

  emlib.stage = { make, plane, outline, cell, blend, shade, handle, picker, coordinate, attributes, clamp };
})((globalThis.emlib ??= {}));
