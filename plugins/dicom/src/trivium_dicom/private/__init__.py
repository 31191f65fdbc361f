"""Private elements: whose they are, what they mean, and what stands in them (PS3.5 clause 7.8).

definitions   what the known creators define at their elements, from three sources
creators      creators as files write them: padded, in other letters, of another version
meanings      which definition holds for an element: by its creator, or what can be said without one
elements      a data set as far as it matters here, whether it was read from a file or from a dump
blocks        which creator has reserved the block of each element
values        values as text, by the dictionary's value representation where the file has none
dumps         data sets that somebody pasted as text
contents      headers inside a value: Siemens CSA and protocol text, GE protocol data blocks
"""
