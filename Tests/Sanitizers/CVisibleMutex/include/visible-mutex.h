// Nothing is called by name: what is defined here takes the place of a function of Swift's.
#pragma once
