(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

  /** Any colour of CSS, as numbers from 0 to 255. */
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  function background(element) {
    if (element === null) return [255, 255, 255, 255];
    const its = rgba(getComputedStyle(element).backgroundColor);
    return its[3] > 0 ? its : background(element.parentElement);
  }

  function luminance(color) {
    const [r, g, b] = color.map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  const hasText = (element) =>
    [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== '');
  const texts = [...document.querySelectorAll('body *:not(script)')].filter(hasText);
  const ratios = texts.map((element) => {
    const colors = [rgba(getComputedStyle(element).color), background(element)].map(luminance);
    return (Math.max(...colors) + 0.05) / (Math.min(...colors) + 0.05);
  });
  return Math.min(...ratios);
})();
