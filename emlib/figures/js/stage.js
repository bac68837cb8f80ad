/* The picture of a live figure: planes with coordinates, parts that know their kind, handles.
 *
 * The picture was drawn by emlib (picture.py), and nothing is drawn a second time: a figure returns
 * a value for each part that changes, and the part's kind says how the value moves it.
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

  /* Set attributes of a part of the picture; numbers are spelled as picture.py spells them. */
  function attributes(element, values) {
    for (const [key, value] of Object.entries(values))
      element.setAttribute(key, typeof value === "number" ? coordinate(value) : value);
  }

  /* A rectangle of the picture that carries data coordinates, as picture.py wrote them down. */
  function plane(group) {
    const numbers = (key) => group.dataset[key].split(" ").map(Number);
    const [x, y, [left, top, width, height]] = [numbers("x"), numbers("y"), numbers("box")];
    const px = (value) => left + ((value - x[0]) / (x[1] - x[0])) * width;
    const py = (value) => top + ((y[1] - value) / (y[1] - y[0])) * height;
    const wide = group.ownerSVGElement.viewBox.baseVal.width;
    const spell = ([at, up]) => `${coordinate(px(at))} ${coordinate(py(up))}`;
    return {
      group,
      x,
      y,
      px,
      py,
      box: [left, top, width, height],
      /* Where in data coordinates a pointer is. */
      at(event) {
        const toPicture = group.ownerSVGElement.getScreenCTM().inverse();
        const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPicture);
        return [
          x[0] + ((point.x - left) / width) * (x[1] - x[0]),
          y[1] - ((point.y - top) / height) * (y[1] - y[0]),
        ];
      },
      place(element, point) {
        element.setAttribute("transform", `translate(${spell(point)})`);
        const words = element.querySelector("[data-kind=above]");
        const at = px(point[0]);
        if (words) attributes(words, { x: clamp(at, [28, wide - 28]) - at });
      },
      /* The attribute d of a line through data points; what is not finite breaks it. */
      path(points, closed = false) {
        let pen = "M";
        let d = "";
        for (const point of points) {
          if (point.every(Number.isFinite)) {
            d += pen + spell(point);
            pen = "L";
          } else pen = "M";
        }
        return closed && d ? `${d}Z` : d;
      },
    };
  }

  /* The attribute d of the line where f([x, y]) is zero, as picture.py's contour finds it. */
  function contour(on, f, columns = 44, rows = 30) {
    const xs = emlib.linspace(...on.x, columns);
    const ys = emlib.linspace(...on.y, rows);
    const grid = ys.map((y) => xs.map((x) => ({ point: [x, y], value: f([x, y]) })));
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
        for (let m = 0; m + 1 < crossed.length; m += 2) d += on.path(crossed.slice(m, m + 2));
      }
    }
    return d;
  }

  /* The outline of a covariance at so many standard deviations: mean + radius L (cos, sin). */
  function outline(mean, covariance, radius) {
    const L = emlib.cholesky(covariance);
    return Array.from({ length: 72 }, (_, i) => {
      const [c, s] = [Math.cos((i * Math.PI) / 36), Math.sin((i * Math.PI) / 36)];
      return [mean[0] + radius * L[0][0] * c, mean[1] + radius * (L[1][0] * c + L[1][1] * s)];
    });
  }

  /* Labels side by side that would overlap move below each other, the sooner the nearer. */
  function apart(right, down) {
    const moved = [...down];
    const order = down.map((_, k) => k).sort((a, b) => down[a] - down[b]);
    order.forEach((k, place) => {
      for (const other of order.slice(0, place)) {
        const near = clamp((76 - Math.abs(right[k] - right[other])) / 12, [0, 1]);
        moved[k] = Math.max(moved[k], moved[other] + 16 * near);
      }
    });
    return moved;
  }

  /* The part of a convex polygon where f, which is linear, is not negative. */
  function clip(polygon, f) {
    return polygon.flatMap((here, m) => {
      const next = polygon[(m + 1) % polygon.length];
      const [a, b] = [f(here), f(next)];
      const kept = a >= 0 ? [here] : [];
      const cross = () => here.map((start, axis) => start + ((next[axis] - start) * a) / (a - b));
      return a >= 0 !== b >= 0 ? [...kept, cross()] : kept;
    });
  }

  /* The clusters' colours, mixed by responsibility, as picture.py mixes them. */
  function blend(resp, clusters) {
    const channel = (start) =>
      emlib.sum(resp.map((r, k) => r * parseInt(clusters[k].color.slice(start, start + 2), 16)));
    const hex = (value) =>
      Math.round(clamp(value, [0, 255]))
        .toString(16)
        .padStart(2, "0");
    return `#${[1, 3, 5].map((start) => hex(channel(start))).join("")}`;
  }

  /* Fill an element with the mixed colour, of the theme where there is a style sheet. */
  function mix(element, resp, clusters) {
    element.setAttribute("fill", blend(resp, clusters));
    resp.forEach((r, k) => element.style.setProperty(`--${clusters[k].name}`, coordinate(r)));
    element.classList.add("em-mixed");
  }

  /* Mix an observation's colour; its mark is that of the largest share. Without shares it is grey
   * and round. */
  function shade(observation, resp, clusters) {
    observation.classList.toggle("em-grey", !resp);
    if (resp) {
      mix(observation, resp, clusters);
      observation.setAttribute("d", clusters[resp.indexOf(Math.max(...resp))].mark);
    } else {
      observation.classList.remove("em-mixed");
      attributes(observation, { fill: "currentColor", d: emlib.DOT });
    }
  }

  /* How a value moves a part of each kind: (element, value, its plane, clusters). What has no kind
   * takes attributes as they are, in units of the picture. */
  const KINDS = {
    words: (text, words) => (text.textContent = words),
    place: (group, point, on) => on.place(group, point),
    curve: (path, points, on) => path.setAttribute("d", on.path(points)),
    area: (path, points, on) => path.setAttribute("d", on.path(points, true)),
    contour: (path, f, on) => path.setAttribute("d", contour(on, f)),
    outline: (path, [mean, covariance], on) =>
      path.setAttribute("d", on.path(outline(mean, covariance, Number(path.dataset.radius)), true)),
    pole: (line, x, on) => attributes(line, { x1: on.px(x), x2: on.px(x) }),
    observation: (path, resp, _, clusters) => shade(path, resp, clusters),
    bar: (rect, share) =>
      attributes(rect, { width: Number(rect.dataset.room) * clamp(share, [0, 1]) }),
    /* a number over a bar that is as long as the number is large: [words, share] */
    cell({ children: [frame, bar, text] }, [words, share]) {
      text.textContent = words;
      attributes(bar, { width: Number(frame.getAttribute("width")) * clamp(share, [0, 1]) });
    },
    /* a bar that the clusters divide: their shares */
    share(group, shares) {
      const frame = group.lastElementChild;
      const [left, room] = ["x", "width"].map((key) => Number(frame.getAttribute(key)));
      let start = left;
      shares.forEach((share, k) => {
        attributes(group.children[k], { x: start, width: room * share });
        start += room * share;
      });
    },
    /* words beside a ring at x: on the side where there is room */
    beside(text, x, on) {
      const right = on.px(x) < on.box[0] + 0.72 * on.box[2];
      attributes(text, { x: right ? 16 : -16, "text-anchor": right ? "start" : "end" });
    },
  };

  /* Move parts by name: move({ name: value }). null hides a part; a list is of the parts name-0,
   * name-1, … where no part is called name. */
  function mover(root, clusters) {
    const known = new Map();
    function find(name) {
      if (!known.has(name)) {
        const part = root.querySelector(`[data-part="${name}"]`);
        const group = part?.closest("[data-plane]");
        known.set(name, part && { part, on: group && plane(group) });
      }
      return known.get(name);
    }
    function move(name, value) {
      const found = find(name);
      if (!found) {
        value.forEach((entry, i) => move(`${name}-${i}`, entry));
        return;
      }
      const { part, on } = found;
      if (value === null) part.setAttribute("visibility", "hidden");
      else {
        part.removeAttribute("visibility");
        (KINDS[part.dataset.kind] || attributes)(part, value, on, clusters);
      }
    }
    return (values) => Object.entries(values).forEach(([name, value]) => move(name, value));
  }

  const ARROWS = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
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
   *   where    () => [x, y]         free    () => whether it may be moved now
   *   along    "xy", "x" or "y"     step    [dx, dy] of one arrow key
   *   held     () => {}, called where it is moved and may not be
   */
  function handle({ part, plane: on, where, move, settle, free, held, along, step, limits }) {
    let drag = null;
    let armed = false;
    const stage = on.group.ownerSVGElement;
    const listeners = new AbortController();
    const listen = (target, type, act, more) =>
      target.addEventListener(type, act, { signal: listeners.signal, ...more });

    function go([x, y]) {
      const [stayX, stayY] = where();
      move([
        along === "y" ? stayX : clamp(x, limits[0]),
        along === "x" ? stayY : clamp(y, limits[1]),
      ]);
    }
    function arm(on) {
      armed = on;
      part.classList.toggle("em-picked", armed);
      stage.classList.toggle("em-armed", Boolean(stage.querySelector(".em-picked")));
    }

    part.setAttribute("role", "slider");
    part.classList.add("em-handle");

    /* the style's touch-action says the same, but browsers hear it on a whole picture only */
    listen(part, "touchstart", (event) => free() && event.preventDefault(), { passive: false });
    listen(part, "pointerdown", (event) => {
      if (event.button !== 0) return;
      if (!free()) {
        held();
        return;
      }
      const [x, y] = where();
      const [atX, atY] = on.at(event);
      const start = [event.clientX, event.clientY];
      drag = { from: [x, y], grip: [x - atX, y - atY], start, moved: false };
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
      const ends = (m) => (along === "y" ? [x, limits[1][m]] : [limits[0][m], y]);
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
  function picker({ part, plane: on, points, which, choose, settle, free, held }) {
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

    part.setAttribute("role", "slider");
    part.classList.add("em-handle", "em-picker");
    /* before any handle hears of it: a click that places an armed handle picks nothing */
    listen(
      stage,
      "click",
      (event) => {
        if (ofAnother(part, event) || stage.classList.contains("em-armed")) return;
        if (!free()) {
          held();
          return;
        }
        const [x, y] = on.at(event);
        choose(nearest(seen(), () => true, [on.px(x), on.py(y)]));
        settle();
      },
      true,
    );
    listen(part, "keydown", (event) => {
      const arrow = ARROWS[event.key];
      const pixels = seen();
      const rows = {
        Home: 0,
        End: pixels.length - 1,
        PageUp: which() - 1,
        PageDown: which() + 1,
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

  emlib.DOT = "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z"; // picture.py's round mark
  emlib.stage = {
    make,
    plane,
    outline,
    apart,
    clip,
    mix,
    shade,
    mover,
    handle,
    picker,
    coordinate,
    attributes,
    clamp,
  };
})(globalThis.emlib);
