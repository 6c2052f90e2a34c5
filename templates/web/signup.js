"use strict";
// Guesses the time zone where nobody has chosen one yet. Everything works without it.
const places = document.getElementById("timezone");
if (places && places.value === "") {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...places.options].some((place) => place.value === here)) places.value = here;
}
